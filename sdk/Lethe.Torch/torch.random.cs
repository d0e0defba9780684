using Lethe.Torch.Native;

namespace Lethe.Torch;

public static partial class torch
{
    /// <summary>Seeds the default generator, which is returned.</summary>
    public static Generator manual_seed(long seed)
    {
        NativeMethods.Check(NativeMethods.lt_manual_seed((ulong)seed), "manual_seed");
        return Generator.Own(NativeMethods.Check(NativeMethods.lt_default_generator(), "default_generator"));
    }

    /// <summary>Standard normal noise.</summary>
    public static Tensor randn(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Made(Aten.randn.Call(size.ToArray(), generator, dtype, Argument.None, device), requires_grad);

    /// <summary>Uniform noise in [0, 1).</summary>
    public static Tensor rand(
        ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Made(Aten.rand.Call(size.ToArray(), generator, dtype, Argument.None, device), requires_grad);

    /// <summary>Integers in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public static Tensor randint(
        long low, long high, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Made(Aten.randint.Call(low, high, size.ToArray(), generator, dtype ?? ScalarType.Int64, Argument.None, device), requires_grad);

    /// <summary>Integers in [0, <paramref name="high"/>).</summary>
    public static Tensor randint(
        long high, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator);

    /// <summary>0 to n - 1 in random order.</summary>
    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Made(Aten.randperm.Call(n, generator, dtype ?? ScalarType.Int64, Argument.None, device), requires_grad);

    /// <summary>A source of random numbers of its own.</summary>
    public sealed class Generator : IDisposable
    {
        private nint _handle;

        /// <summary>A generator seeded with <paramref name="seed"/>.</summary>
        public Generator(ulong seed = 0, Device? device = null) =>
            _handle = NativeMethods.Check(
                NativeMethods.lt_generator_new(seed, (int)(device?.type ?? DeviceType.CPU), device?.index ?? -1), "generator");

        private Generator(nint handle, bool _) => _handle = handle;

        /// <summary>The safety net.</summary>
        ~Generator() => Free();

        // Not a constructor: one that takes an `nint` would win over the seed's for `new Generator(7)`.
        internal static Generator Own(nint handle) => new(handle, true);

        internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Generator));

        /// <summary>Starts the sequence of <paramref name="seed"/> again.</summary>
        public Generator manual_seed(long seed)
        {
            NativeMethods.Check(NativeMethods.lt_generator_seed(Handle, (ulong)seed), "manual_seed");
            return this;
        }

        /// <summary>The whole state, as a byte tensor.</summary>
        public Tensor get_state() => new(NativeMethods.Check(NativeMethods.lt_generator_state(Handle), "get_state"));

        /// <summary>Restores a state of <see cref="get_state"/>.</summary>
        public void set_state(Tensor value)
        {
            NativeMethods.Check(NativeMethods.lt_generator_set_state(Handle, value.Handle), "set_state");
            GC.KeepAlive(value);
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            Free();
            GC.SuppressFinalize(this);
        }

        private void Free()
        {
            var handle = Interlocked.Exchange(ref _handle, 0);
            if (handle != 0)
                NativeMethods.lt_generator_free(handle);
        }
    }
}
