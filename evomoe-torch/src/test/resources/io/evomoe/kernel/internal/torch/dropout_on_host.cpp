// Runs the kernels of dropout.cu (SOURCE) on the host, one thread of the grid after the other.
// dropout_on_host float|double N SEED RATE <elements >elements
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#define __device__
#define __global__
struct Index {
  unsigned x;
};
static Index gridDim, blockDim, blockIdx, threadIdx;

#include SOURCE

template <typename T, typename Kernel>
static void run(Kernel kernel, long long n, Bits seed, double rate) {
  std::vector<T> x(n), y(n);
  if (fread(x.data(), sizeof(T), n, stdin) != (size_t)n) exit(1);
  gridDim.x = 3;
  blockDim.x = 32;
  for (blockIdx.x = 0; blockIdx.x < gridDim.x; blockIdx.x++)
    for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++)
      kernel(x.data(), y.data(), n, seed, rate, (T)(1 / (1 - rate)));
  fwrite(y.data(), sizeof(T), n, stdout);
}

int main(int, char **arguments) {
  long long n = atoll(arguments[2]);
  Bits seed = (Bits)strtoll(arguments[3], nullptr, 10);
  double rate = strtod(arguments[4], nullptr);
  if (!strcmp(arguments[1], "float")) run<float>(dropout_float, n, seed, rate);
  else run<double>(dropout_double, n, seed, rate);
}
