using Lethe.Torch.Native;

namespace Lethe.Torch;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Sum.</summary>
        public static Tensor operator +(Tensor left, Tensor right) => left.add(right);

        /// <summary>Sum.</summary>
        public static Tensor operator +(Tensor left, Scalar right) => left.add(right);

        /// <summary>Difference.</summary>
        public static Tensor operator -(Tensor left, Tensor right) => left.sub(right);

        /// <summary>Difference.</summary>
        public static Tensor operator -(Tensor left, Scalar right) => left.sub(right);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);

        /// <summary>Product, element by element.</summary>
        public static Tensor operator *(Tensor left, Scalar right) => left.mul(right);

        /// <summary>Quotient, element by element.</summary>
        public static Tensor operator /(Tensor left, Tensor right) => left.div(right);

        /// <summary>Quotient, element by element.</summary>
        public static Tensor operator /(Tensor left, Scalar right) => left.div(right);

        /// <summary>Sum.</summary>
        public static Tensor operator +(Scalar left, Tensor right) => right.add(left);

        /// <summary>Difference.</summary>
        public static Tensor operator -(Scalar left, Tensor right) => Aten.rsub.Call(right, left);

        /// <summary>Product.</summary>
        public static Tensor operator *(Scalar left, Tensor right) => right.mul(left);

        /// <summary>Quotient.</summary>
        public static Tensor operator /(Scalar left, Tensor right) => right.reciprocal().mul(left);

        /// <summary>Negation.</summary>
        public static Tensor operator -(Tensor tensor) => tensor.neg();

        /// <summary>Which elements are greater.</summary>
        public static Tensor operator >(Tensor left, Scalar right) => left.gt(right);

        /// <summary>Which elements are smaller.</summary>
        public static Tensor operator <(Tensor left, Scalar right) => left.lt(right);

        /// <summary>Which elements are greater or equal.</summary>
        public static Tensor operator >=(Tensor left, Scalar right) => left.ge(right);

        /// <summary>Which elements are smaller or equal.</summary>
        public static Tensor operator <=(Tensor left, Scalar right) => left.le(right);

        /// <summary>Part of the tensor, as Python's index expression gives it; assigning copies into that part.</summary>
        public Tensor this[params TensorIndex[] indices]
        {
            get
            {
                var (viewed, advanced) = Indexed(indices);
                return advanced is null ? viewed : Aten.index.Call(viewed, Argument.Optional(advanced));
            }

            set
            {
                var (viewed, advanced) = Indexed(indices);
                if (advanced is null)
                    viewed.copy_(value);
                else
                    Aten.index_put_.CallInPlace(viewed, Argument.Optional(advanced), value);
            }
        }

        private (Tensor View, Tensor?[]? Advanced) Indexed(TensorIndex[] indices)
        {
            var view = alias();
            var dim = 0;
            Tensor?[]? advanced = null;
            for (var i = 0; i < indices.Length; i++)
            {
                var index = indices[i];
                switch (index.Type)
                {
                    case TensorIndex.Kind.Single:
                        view = view.select(dim, index.Position);
                        break;
                    case TensorIndex.Kind.Slice:
                        view = Aten.slice.Call(view, (long)dim, index.Start, index.Stop, index.Step);
                        dim++;
                        break;
                    case TensorIndex.Kind.NewAxis:
                        view = view.unsqueeze(dim++);
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        var named = indices.Skip(i + 1).Count(later => later.Type != TensorIndex.Kind.NewAxis);
                        dim = (int)view.ndim - named;
                        break;
                    default:
                        advanced ??= new Tensor?[view.ndim];
                        advanced[dim++] = index.Indices;
                        break;
                }
            }

            // Later single indices drop dimensions behind the index tensors; trailing entries are simply not named.
            return (view, advanced?[..Math.Min(dim, advanced.Length)]);
        }
    }
}
