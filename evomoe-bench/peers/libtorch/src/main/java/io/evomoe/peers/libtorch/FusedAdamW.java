package io.evomoe.peers.libtorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorList;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * AdamW over all parameters in one operator, after the gradients' norm; it divides the gradients by
 * what is clipped itself. The operators have no bindings of their own, so they are looked up.
 */
final class FusedAdamW {
  private static final double RATE = 3e-4;
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.95;
  private static final double DECAY = 0.1;
  private static final double EPSILON = 1e-8;
  private static final double LARGEST_NORM = 1;

  private final OperatorHandle update =
      Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");
  private final OperatorHandle norms =
      Dispatcher.singleton().findSchemaOrThrow("aten::_foreach_norm", "Scalar");
  private final List<Tensor> parameters;
  private final List<Tensor> firstMoments = new ArrayList<>();
  private final List<Tensor> secondMoments = new ArrayList<>();
  private final List<Tensor> steps = new ArrayList<>();

  FusedAdamW(List<Tensor> parameters) {
    this.parameters = parameters;
    for (Tensor parameter : parameters) {
      firstMoments.add(torch.zeros_like(parameter));
      secondMoments.add(torch.zeros_like(parameter));
      steps.add(torch.zeros(1));
    }
  }

  /** Forgets all gradients. */
  void forget() {
    Tensor none = new Tensor();
    parameters.forEach(parameter -> parameter.mutable_grad().put(none));
  }

  /** One step of the parameters that have a gradient. */
  void step() {
    try (NoGradGuard guard = new NoGradGuard()) {
      List<Integer> trained = new ArrayList<>();
      for (int i = 0; i < parameters.size(); i++) {
        if (parameters.get(i).grad().defined()) {
          trained.add(i);
          steps.get(i).add_(new Scalar(1));
        }
      }
      IValue gradients = list(trained.stream().map(i -> parameters.get(i).grad()).toList());
      IValueVector stack =
          new IValueVector(
              picked(parameters, trained),
              gradients,
              picked(firstMoments, trained),
              picked(secondMoments, trained),
              list(List.of()),
              picked(steps, trained),
              new IValue(RATE),
              new IValue(BETA1),
              new IValue(BETA2),
              new IValue(DECAY),
              new IValue(EPSILON),
              new IValue(false),
              new IValue(false),
              new IValue(clipping(gradients)),
              new IValue());
      update.callBoxed(stack);
    }
  }

  /** What gradients are divided by: their norm over the largest allowed, at least 1. */
  private Tensor clipping(IValue gradients) {
    IValueVector stack = new IValueVector(gradients, new IValue(2.0), new IValue());
    norms.callBoxed(stack);
    TensorVector each = stack.get(0).toTensorVector();
    return torch.stack(each).norm().div(new Scalar(LARGEST_NORM)).clamp_min(new Scalar(1));
  }

  private static IValue picked(List<Tensor> from, List<Integer> which) {
    return list(which.stream().map(from::get).toList());
  }

  private static IValue list(List<Tensor> tensors) {
    GenericList list = new GenericList(new TensorList().elementType());
    tensors.forEach(tensor -> list.push_back(new IValue(tensor)));
    return new IValue(list);
  }
}
