package io.evomoe.kernel.internal.torch;

import io.evomoe.internal.natives.NativeFolders;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch_cuda;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A card that libtorch computes on. */
final class Cuda {
  private final byte index;
  private final Device device;
  private final DropoutKernel dropout;

  /** Uses a card that passed the checks. */
  Cuda(int index, CudaOptions options) {
    NativeFolders.load(torch_cuda.class);
    this.index = (byte) index;
    device = new Device(DeviceType.CUDA, this.index);
    torch_cuda.set_device(this.index);
    Context context = torch.globalContext();
    context.setAllowTF32CuBLAS(options.tf32());
    context.setAllowTF32CuDNN(options.tf32());
    context.setDeterministicAlgorithms(!options.fast(), false);
    // Operators write results completely, so uninitialized memory is never read.
    context.setDeterministicFillUninitializedMemory(false);
    dropout = new DropoutKernel(CudaProbe.facts().cards().get(index));
  }

  Device device() {
    return device;
  }

  void dropout(INDArray x, double rate, long seed, INDArray y) {
    torch_cuda.set_device(index);
    dropout.run(x, rate, seed, y);
  }

  /** Waits for all work on the card. */
  void synchronize() {
    torch_cuda.set_device(index);
    torch_cuda.device_synchronize();
  }
}
