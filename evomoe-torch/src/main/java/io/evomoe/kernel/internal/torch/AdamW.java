package io.evomoe.kernel.internal.torch;

import io.evomoe.kernel.AdamWUpdate;
import java.util.List;
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
 * AdamW by torch's fused operator, which is looked up by name because it has no binding. It
 * receives one piece at a time and a gradient that is already scaled, because it would write a
 * gradient that it scales back.
 */
final class AdamW {
  private final OperatorHandle operator =
      Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");

  void update(List<AdamWUpdate> updates) {
    Work work = new Work();
    for (AdamWUpdate update : updates) {
      long length = update.value().length();
      long grain = Work.grain(1);
      for (long first = 0; first < length; first += grain) {
        long from = first;
        long count = Math.min(grain, length - first);
        work.add(tensors -> update(tensors, update, from, count));
      }
    }
    work.run();
  }

  private void update(Tensors tensors, AdamWUpdate update, long from, long count) {
    AdamWUpdate.Step step = update.step();
    Tensor given = tensors.flat(update.gradient(), from, count);
    Tensor gradient =
        step.gradientScale() == 1 ? given : given.mul(new Scalar(step.gradientScale()));
    TensorOptions single = Place.current().options(ScalarType.Float);
    Tensor number = torch.full(new long[] {1}, new Scalar((double) step.update()), single);
    IValueVector stack =
        new IValueVector(
            list(tensors.flat(update.value(), from, count)),
            list(gradient),
            list(tensors.flat(update.moment1(), from, count)),
            list(tensors.flat(update.moment2(), from, count)),
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

  private static IValue list(Tensor... tensors) {
    GenericList list = new GenericList(new TensorList().elementType());
    for (Tensor tensor : tensors) {
      list.push_back(new IValue(tensor));
    }
    return new IValue(list);
  }
}
