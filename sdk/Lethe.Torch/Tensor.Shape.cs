using Lethe.Torch.Native;

namespace Lethe.Torch;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The same elements in another shape, sharing memory; -1 is worked out.</summary>
        public Tensor view(params long[] shape) => Aten.view.Call(this, shape);

        /// <summary>The same elements in another shape, sharing memory where possible; -1 is worked out.</summary>
        public Tensor reshape(params long[] shape) => Aten.reshape.Call(this, shape);

        /// <summary>Makes this tensor stand on the memory of another, in its shape, without being a view of it.</summary>
        public Tensor set_(Tensor source) => Aten.set_source_.CallInPlace(this, source);

        /// <summary>Joins dimensions <paramref name="start_dim"/> to <paramref name="end_dim"/> into one.</summary>
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Aten.flatten.Call(this, start_dim, end_dim);

        /// <summary>Reorders dimensions, sharing memory.</summary>
        public Tensor permute(params long[] permutation) => Aten.permute.Call(this, permutation);

        /// <summary>Exchanges two dimensions, sharing memory.</summary>
        public Tensor transpose(long dim0, long dim1) => Aten.transpose.Call(this, dim0, dim1);

        /// <summary>The transposed matrix.</summary>
        public Tensor t() => Aten.t.Call(this);

        /// <summary>The matrix or batch of matrices with its last two dimensions exchanged.</summary>
        public Tensor mT => transpose(-2, -1);

        /// <summary>Adds a dimension of size 1.</summary>
        public Tensor unsqueeze(long dim) => Aten.unsqueeze.Call(this, dim);

        /// <summary>Drops a dimension of size 1.</summary>
        public Tensor squeeze(long dim) => Aten.squeeze_dim.Call(this, dim);

        /// <summary>Drops all dimensions of size 1.</summary>
        public Tensor squeeze() => Aten.squeeze.Call(this);

        /// <summary>Repeats dimensions of size 1 without copying; -1 keeps a size.</summary>
        public Tensor expand(params long[] sizes) => Aten.expand.Call(this, sizes);

        /// <summary>Expands to the shape of another tensor.</summary>
        public Tensor expand_as(Tensor other) => Aten.expand_as.Call(this, other);

        /// <summary>Repeats the whole tensor along each dimension.</summary>
        public Tensor repeat(params long[] sizes) => Aten.repeat.Call(this, sizes);

        /// <summary>Repeats each element along a dimension.</summary>
        public Tensor repeat_interleave(long repeats, long? dim = null) => Aten.repeat_interleave.Call(this, repeats, dim);

        /// <summary>Views of <paramref name="chunks"/> equal parts along a dimension.</summary>
        public Tensor[] chunk(long chunks, long dim = 0) => Aten.chunk.CallMany((int)chunks, this, chunks, dim);

        /// <summary>Views of parts of <paramref name="size"/> along a dimension; the last may be smaller.</summary>
        public Tensor[] split(long size, long dim = 0) =>
            Aten.split.CallMany((int)((this.size((int)dim) + size - 1) / size), this, size, dim);

        /// <summary>Views of each position along a dimension.</summary>
        public Tensor[] unbind(long dim = 0) => Aten.unbind.CallMany((int)size((int)dim), this, dim);

        /// <summary>A view of <paramref name="length"/> positions from <paramref name="start"/> on.</summary>
        public Tensor narrow(long dim, long start, long length) => Aten.narrow.Call(this, dim, start, length);

        /// <summary>A view of positions <paramref name="start"/> to <paramref name="finish"/> in steps.</summary>
        public Tensor slice(long dim, long start, long finish, long step) => Aten.slice.Call(this, dim, start, finish, step);

        /// <summary>A view of one position, without its dimension.</summary>
        public Tensor select(long dim, long index) => Aten.select.Call(this, dim, index);

        /// <summary>Copies of the positions in <paramref name="index"/> (int64).</summary>
        public Tensor index_select(long dim, Tensor index) => Aten.index_select.Call(this, dim, index);

        /// <summary>Elements at <paramref name="index"/> (int64) along a dimension.</summary>
        public Tensor gather(long dim, Tensor index) => Aten.gather.Call(this, dim, index);

        /// <summary>Elements where <paramref name="mask"/> holds, in one dimension.</summary>
        public Tensor masked_select(Tensor mask) => Aten.masked_select.Call(this, mask);

        /// <summary>A copy with <paramref name="value"/> where <paramref name="mask"/> holds.</summary>
        public Tensor masked_fill(Tensor mask, Scalar value) => Aten.masked_fill.Call(this, mask, value);

        /// <summary>Reverses the given dimensions.</summary>
        public Tensor flip(params long[] dims) => Aten.flip.Call(this, dims);

        /// <summary>Rotates positions along a dimension.</summary>
        public Tensor roll(long shifts, long dims) => Aten.roll.Call(this, new[] { shifts }, new[] { dims });

        /// <summary>The diagonal of a matrix, or a matrix from a vector.</summary>
        public Tensor diag(long diagonal = 0) => Aten.diag.Call(this, diagonal);

        /// <summary>A view of the diagonal.</summary>
        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Aten.diagonal.Call(this, offset, dim1, dim2);

        /// <summary>Row-major copy, or this tensor again when it already is.</summary>
        public Tensor contiguous() => Aten.contiguous.Call(this);

        /// <summary>A copy that shares nothing and is recorded in the graph.</summary>
        public Tensor clone() => Aten.clone.Call(this);

        /// <summary>The same memory outside the graph.</summary>
        public Tensor detach() => Aten.detach.Call(this);

        /// <summary>A second handle for the same tensor.</summary>
        public Tensor alias() => Aten.alias.Call(this);

        /// <summary>Copies the elements of another tensor into this one.</summary>
        public Tensor copy_(Tensor source, bool non_blocking = false) => Aten.copy_.CallInPlace(this, source, non_blocking);

        /// <summary>Sets all elements.</summary>
        public Tensor fill_(Scalar value) => Aten.fill_.CallInPlace(this, value);

        /// <summary>Sets all elements to zero.</summary>
        public Tensor zero_() => Aten.zero_.CallInPlace(this);

        /// <summary>Normal noise in place.</summary>
        public Tensor normal_(double mean = 0.0, double stddev = 1.0, Generator? generator = null) =>
            Aten.normal_.CallInPlace(this, mean, stddev, generator);

        /// <summary>Uniform noise in place.</summary>
        public Tensor uniform_(double from, double to, Generator? generator = null) => Aten.uniform_.CallInPlace(this, from, to, generator);

        /// <summary>This tensor with another element type, or itself when it already has it.</summary>
        public Tensor to(ScalarType type) => Aten.to_dtype.Call(this, type);

        /// <summary>This tensor on another device, or itself when it already is there.</summary>
        public Tensor to(Device device) => Aten.to_device.Call(this, device, dtype);

        /// <summary>This tensor with the element type and device of another.</summary>
        public Tensor to(Tensor other) => Aten.to_other.Call(this, other);

        /// <summary>This tensor on the CPU.</summary>
        public Tensor cpu() => to(CPU);

        /// <summary>This tensor in single precision.</summary>
        public Tensor @float() => to(ScalarType.Float32);

        /// <summary>This tensor in double precision.</summary>
        public Tensor @double() => to(ScalarType.Float64);

        /// <summary>This tensor in half precision.</summary>
        public Tensor half() => to(ScalarType.Float16);

        /// <summary>This tensor as 64-bit integers.</summary>
        public Tensor @long() => to(ScalarType.Int64);
    }
}
