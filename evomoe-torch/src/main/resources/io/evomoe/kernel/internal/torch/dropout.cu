// Inverted dropout by the counters of io.evomoe.random.CounterRandom: which elements are kept, and the
// bits of the result, are those of the Java loop. Compiled by NVRTC when it is first used; the tests
// compile it for the host.
typedef unsigned long long Bits;

__device__ static Bits mix(Bits z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

// In (0, 1); what would round to 1 is the number below it.
__device__ static double uniform(Bits seed, Bits position) {
  Bits bits = mix(seed + 0x9E3779B97F4A7C15ULL * (position + 1));
  double u = ((double)(bits >> 11) + 0.5) * 0x1.0p-53;
  return u < 1.0 ? u : 0x1.fffffffffffffp-1;
}

template <typename T>
__device__ static void drop(const T *x, T *y, long long n, Bits seed, double rate, T kept) {
  Bits mixed = mix(seed);
  long long stride = (long long)gridDim.x * blockDim.x;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    y[i] = (uniform(mixed, i) >= rate ? kept : (T)0) * x[i];
  }
}

extern "C" __global__ void dropout_float(const float *x, float *y, long long n, Bits seed, double rate, float kept) {
  drop(x, y, n, seed, rate, kept);
}

extern "C" __global__ void dropout_double(const double *x, double *y, long long n, Bits seed, double rate, double kept) {
  drop(x, y, n, seed, rate, kept);
}
