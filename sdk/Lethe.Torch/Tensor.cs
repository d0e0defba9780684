using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Lethe.Torch.Native;

namespace Lethe.Torch;

public static partial class torch
{
    /// <summary>A libtorch tensor. Freed by <see cref="Dispose()"/> or its <see cref="DisposeScope"/>; the finalizer is only the safety net.</summary>
    public partial class Tensor : IDisposable
    {
        private const int MaxDimensions = 16;
        private nint _handle;

        internal Tensor(nint handle)
        {
            _handle = handle;
            OwningDisposeScope = DisposeScope.Current;
            OwningDisposeScope?.Add(this);
        }

        /// <summary>The safety net.</summary>
        ~Tensor() => Free();

        /// <summary>How many handles are alive in this process, for leak tests.</summary>
        public static long TotalCount => NativeMethods.lt_tensor_live();

        /// <summary>True once the tensor was freed.</summary>
        public bool IsInvalid => _handle == 0;

        /// <summary>The native handle.</summary>
        /// <exception cref="ObjectDisposedException">The tensor was freed.</exception>
        public nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Tensor), "the tensor was already disposed");

        /// <summary>Sizes of all dimensions.</summary>
        public unsafe long[] shape
        {
            get
            {
                var sizes = stackalloc long[MaxDimensions];
                var strides = stackalloc long[MaxDimensions];
                var info = Describe(sizes, strides);
                return new ReadOnlySpan<long>(sizes, info.Dimensions).ToArray();
            }
        }

        /// <summary>Number of dimensions.</summary>
        public long ndim => Describe().Dimensions;

        /// <summary>Number of dimensions.</summary>
        public long dim() => ndim;

        /// <summary>Number of elements.</summary>
        public long NumberOfElements => Describe().ElementCount;

        /// <summary>Number of elements.</summary>
        public long numel() => NumberOfElements;

        /// <summary>Bytes of one element.</summary>
        public long ElementSize => Describe().ElementSize;

        /// <summary>Element type.</summary>
        public ScalarType dtype => (ScalarType)Describe().DType;

        /// <summary>Where the tensor lives.</summary>
        public Device device
        {
            get
            {
                var info = Describe();
                return new Device((DeviceType)info.DeviceType, info.DeviceIndex);
            }
        }

        /// <summary>Whether operations on this tensor are recorded.</summary>
        public bool requires_grad
        {
            get => Describe().RequiresGrad != 0;
            set => NativeMethods.Check(NativeMethods.lt_tensor_set_requires_grad(Handle, value ? 1 : 0), "requires_grad");
        }

        /// <summary>Whether the tensor was made by the user and not by a recorded operation.</summary>
        public bool is_leaf => Describe().IsLeaf != 0;

        /// <summary>The accumulated gradient, a new handle each time, or null.</summary>
        public Tensor? grad
        {
            get
            {
                var handle = NativeMethods.lt_tensor_grad(Handle);
                GC.KeepAlive(this);
                return handle == 0 ? null : new Tensor(handle);
            }

            set
            {
                NativeMethods.Check(NativeMethods.lt_tensor_set_grad(Handle, value?.Handle ?? 0), "grad");
                GC.KeepAlive(value);
            }
        }

        /// <summary>The memory of a contiguous CPU tensor; valid while the tensor lives.</summary>
        public unsafe Span<byte> bytes
        {
            get
            {
                var info = Describe();
                if (info.IsContiguous == 0 || (info.Data == null && info.ElementCount > 0))
                    throw new InvalidOperationException("the memory of a tensor can be read only when it is contiguous and on the CPU");
                return new Span<byte>(info.Data, checked((int)(info.ElementCount * info.ElementSize)));
            }

            set => value.CopyTo(bytes);
        }

        internal DisposeScope? OwningDisposeScope { get; private set; }

        /// <summary>Size of one dimension; negative counts from the end.</summary>
        public long size(int dim)
        {
            var sizes = shape;
            return sizes[dim < 0 ? dim + sizes.Length : dim];
        }

        /// <summary>Elements to skip to reach the next one, for each dimension.</summary>
        public unsafe long[] stride()
        {
            var sizes = stackalloc long[MaxDimensions];
            var strides = stackalloc long[MaxDimensions];
            var info = Describe(sizes, strides);
            return new ReadOnlySpan<long>(strides, info.Dimensions).ToArray();
        }

        /// <summary>Whether the elements lie in memory in row-major order.</summary>
        public bool is_contiguous() => Describe().IsContiguous != 0;

        /// <summary>Sets <see cref="requires_grad"/>.</summary>
        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        /// <summary>Typed view of the elements of a CPU tensor.</summary>
        /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the tensor's element type.</exception>
        public Utils.TensorAccessor<T> data<T>()
            where T : unmanaged => new(this);

        /// <summary>The only element, converted to <typeparamref name="T"/>'s dtype.</summary>
        /// <exception cref="InvalidOperationException">The tensor has not exactly one element.</exception>
        public T item<T>()
            where T : unmanaged
        {
            if (NumberOfElements != 1)
                throw new InvalidOperationException($"`item` needs one element, the tensor has {NumberOfElements}");
            using var one = to(Dtypes.Of<T>()).cpu();
            return MemoryMarshal.Read<T>(one.contiguous().bytes);
        }

        /// <summary>Hands this tensor to the scope around the current one.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        /// <summary>Takes this tensor out of every scope; the caller frees it.</summary>
        public Tensor DetachFromDisposeScope()
        {
            MoveTo(null);
            return this;
        }

        /// <summary>Frees the tensor; a second call does nothing.</summary>
        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        /// <summary>Frees the tensor.</summary>
        protected virtual void Dispose(bool disposing)
        {
            if (!disposing)
                return;
            MoveTo(null);
            Free();
        }

        /// <inheritdoc/>
        public override string ToString() => IsInvalid ? "disposed tensor" : $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";

        internal void MoveTo(DisposeScope? scope)
        {
            if (OwningDisposeScope == scope)
                return;
            OwningDisposeScope?.Forget();
            OwningDisposeScope = scope;
            scope?.Add(this);
        }

        /// <summary>Gives the handle away; this object is then as good as disposed.</summary>
        internal nint Release()
        {
            var handle = Handle;
            _handle = 0;
            return handle;
        }

        private void Free()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle != 0)
                NativeMethods.lt_tensor_free(handle);
        }

        private unsafe NativeTensorInfo Describe()
        {
            var sizes = stackalloc long[MaxDimensions];
            var strides = stackalloc long[MaxDimensions];
            return Describe(sizes, strides);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private unsafe NativeTensorInfo Describe(long* sizes, long* strides)
        {
            NativeTensorInfo info;
            NativeMethods.Check(NativeMethods.lt_tensor_describe(Handle, &info, sizes, strides, MaxDimensions), "describe");
            GC.KeepAlive(this);
            return info;
        }
    }
}
