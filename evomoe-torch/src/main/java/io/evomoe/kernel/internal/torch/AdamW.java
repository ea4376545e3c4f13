package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.AdamWStep;
import io.evomoe.kernel.AdamWUpdate;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * AdamW by torch's operator for a whole optimizer, which is looked up, as it has no binding. It is
 * given one parameter at a time: the operator writes a gradient that it scales back, and a scaled
 * copy of all gradients together would need as much memory as the parameters.
 */
final class AdamW {
  private final OperatorHandle operator =
      Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");

  void update(AdamWUpdate update) {
    AdamWStep step = update.step();
    try (Tensors tensors = new Tensors()) {
      Tensor given = tensors.flat(update.gradient());
      Tensor gradient =
          step.gradientScale() == 1 ? given : given.mul(new Scalar(step.gradientScale()));
      Tensor number =
          torch.full(
              new long[] {1},
              new Scalar((double) step.update()),
              new TensorOptions(ScalarType.Float));
      IValueVector stack =
          new IValueVector(
              list(tensors.flat(update.value())),
              list(gradient),
              list(tensors.flat(update.moment1())),
              list(tensors.flat(update.moment2())),
              list(),
              list(number),
              new IValue(step.learningRate()),
              new IValue(step.beta1()),
              new IValue(step.beta2()),
              new IValue(step.weightDecay()),
              new IValue(step.epsilon()),
              new IValue(false),
              new IValue(false),
              new IValue(),
              new IValue());
      operator.callBoxed(stack);
    }
  }

  private static IValue list(Tensor... tensors) {
    GenericList list = new GenericList(new TensorList().elementType());
    for (Tensor tensor : tensors) {
      list.push_back(new IValue(tensor));
    }
    return new IValue(list);
  }
}
