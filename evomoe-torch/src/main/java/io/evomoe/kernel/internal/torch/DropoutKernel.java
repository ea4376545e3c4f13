package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.internal.torch.CudaFacts.CudaCard;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Dropout on a card, by {@code dropout.cu}. NVRTC compiles it to machine code of the card, because
 * a driver older than NVRTC could not translate PTX.
 */
final class DropoutKernel {
  private static final String SOURCE = "dropout.cu";
  private static final int THREADS = 256;
  private static final int MOST_BLOCKS = 4096;

  private final CUfunc_st ofFloats;
  private final CUfunc_st ofDoubles;

  /** Compiles the kernel for the current card. */
  DropoutKernel(CudaCard card) {
    try (BytePointer code = compiled(card)) {
      CUmod_st module = new CUmod_st();
      require(cudart.cuModuleLoadData(module, code));
      ofFloats = function(module, "dropout_float");
      ofDoubles = function(module, "dropout_double");
    }
  }

  /**
   * Computes {@code y = mask x} on torch's stream, which is the default one; arrays without gaps.
   */
  void run(INDArray x, double rate, long seed, INDArray y) {
    boolean exact = x.dataType() == DataType.DOUBLE;
    long n = x.length();
    double kept = 1 / (1 - rate);
    try (LongPointer from = address(x);
        LongPointer to = address(y);
        LongPointer count = new LongPointer(1).put(n);
        LongPointer counters = new LongPointer(1).put(seed);
        DoublePointer dropped = new DoublePointer(1).put(rate);
        Pointer factor =
            exact ? new DoublePointer(1).put(kept) : new FloatPointer(1).put((float) kept);
        PointerPointer<Pointer> arguments =
            new PointerPointer<>(from, to, count, counters, dropped, factor)) {
      int blocks = (int) Math.min(MOST_BLOCKS, (n + THREADS - 1) / THREADS);
      CUstream_st stream = null;
      require(
          cudart.cuLaunchKernel(
              exact ? ofDoubles : ofFloats,
              blocks,
              1,
              1,
              THREADS,
              1,
              1,
              0,
              stream,
              arguments,
              null));
    }
  }

  private static BytePointer compiled(CudaCard card) {
    String architecture = "--gpu-architecture=sm_" + card.major() + card.minor();
    try (_nvrtcProgram program = new _nvrtcProgram();
        BytePointer source = new BytePointer(source());
        BytePointer name = new BytePointer(SOURCE);
        BytePointer option = new BytePointer(architecture);
        PointerPointer<BytePointer> options = new PointerPointer<>(option);
        SizeTPointer size = new SizeTPointer(1)) {
      PointerPointer<BytePointer> none = null;
      requireNvrtc(nvrtc.nvrtcCreateProgram(program, source, name, 0, none, none));
      int result = nvrtc.nvrtcCompileProgram(program, 1, options);
      if (result != nvrtc.NVRTC_SUCCESS) {
        throw new IllegalStateException(
            "%s does not compile for %s: %s".formatted(SOURCE, card, log(program)));
      }
      requireNvrtc(nvrtc.nvrtcGetCUBINSize(program, size));
      BytePointer code = new BytePointer(size.get());
      requireNvrtc(nvrtc.nvrtcGetCUBIN(program, code));
      requireNvrtc(nvrtc.nvrtcDestroyProgram(program));
      return code;
    }
  }

  private static String log(_nvrtcProgram program) {
    try (SizeTPointer size = new SizeTPointer(1)) {
      requireNvrtc(nvrtc.nvrtcGetProgramLogSize(program, size));
      try (BytePointer log = new BytePointer(size.get())) {
        requireNvrtc(nvrtc.nvrtcGetProgramLog(program, log));
        return log.getString().lines().findFirst().orElse("");
      }
    }
  }

  static String source() {
    try (InputStream source = DropoutKernel.class.getResourceAsStream(SOURCE)) {
      byte[] bytes = Objects.requireNonNull(source, SOURCE).readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CUfunc_st function(CUmod_st module, String name) {
    CUfunc_st function = new CUfunc_st();
    require(cudart.cuModuleGetFunction(function, module, name));
    return function;
  }

  /** Returns a variable with the address of the first element. */
  private static LongPointer address(INDArray array) {
    return new LongPointer(1).put(Tensors.element(array, 0).address());
  }

  private static void require(int result) {
    if (result != cudart.CUDA_SUCCESS) {
      throw new IllegalStateException("dropout on the card failed: CUDA's error " + result);
    }
  }

  private static void requireNvrtc(int result) {
    if (result != nvrtc.NVRTC_SUCCESS) {
      throw new IllegalStateException(
          "dropout cannot be compiled: " + nvrtc.nvrtcGetErrorString(result).getString());
    }
  }
}
