package io.evomoe.kernel;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses kernels. {@code -Devomoe.kernels=auto} (the default) takes the fastest provider that can
 * run; {@code onednn} or {@code nd4j} takes that one where it can run the type.
 */
public final class KernelSelection {
  /** The system property that names a provider. */
  public static final String PROPERTY = "evomoe.kernels";

  private static final Logger log = LoggerFactory.getLogger(KernelSelection.class);
  private static final Map<DataType, Kernels> CHOSEN = new ConcurrentHashMap<>();
  private static final Map<String, Kernels> BF16 = new ConcurrentHashMap<>();

  private KernelSelection() {}

  /**
   * Kernels for arrays of the given type, the same instance every time.
   *
   * @throws IllegalArgumentException for a system property that names no provider
   * @throws IllegalStateException when ND4J has no backend that can run, such as a build for the
   *     GPU without a usable one, or no provider can run the type
   */
  public static Kernels forType(DataType type) {
    return CHOSEN.computeIfAbsent(type, KernelSelection::choose);
  }

  /**
   * float32 kernels for training in a precision, the same instance every time. Where bfloat16
   * cannot run, a warning says why and the answer is float32.
   */
  public static Kernels forPrecision(Precision precision) {
    Kernels exact = forType(DataType.FLOAT);
    return precision == Precision.F32
        ? exact
        : BF16.computeIfAbsent(exact.name(), unused -> chooseBf16(exact));
  }

  private static Kernels chooseBf16(Kernels exact) {
    KernelProvider provider =
        providers().stream().filter(p -> p.name().equals(exact.name())).findFirst().orElseThrow();
    Optional<String> refusal = provider.refusal(DataType.FLOAT, Precision.BF16);
    if (refusal.isEmpty()) {
      return provider.create(DataType.FLOAT, Precision.BF16);
    }
    log.warn("Precision bf16 not used with kernels {}: {}; f32 is", exact.name(), refusal.get());
    return exact;
  }

  private static List<KernelProvider> providers() {
    return ServiceLoader.load(KernelProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparingInt(KernelProvider::priority).reversed())
        .toList();
  }

  private static Kernels choose(DataType type) {
    String wanted = System.getProperty(PROPERTY, "auto");
    List<KernelProvider> providers = providers();
    if (!wanted.equals("auto") && providers.stream().noneMatch(p -> p.name().equals(wanted))) {
      throw new IllegalArgumentException(
          PROPERTY
              + " must be auto or one of "
              + providers.stream().map(KernelProvider::name).toList()
              + ", was "
              + wanted);
    }
    BackendCheck.requireUsable();
    for (KernelProvider provider : providers) {
      boolean fallback = provider.priority() == 0;
      if (!wanted.equals("auto") && !provider.name().equals(wanted) && !fallback) {
        continue;
      }
      Optional<String> refusal = provider.refusal(type, Precision.F32);
      if (refusal.isEmpty()) {
        return provider.create(type, Precision.F32);
      }
      log.info("Kernels {} not used for {}: {}", provider.name(), type, refusal.get());
    }
    throw new IllegalStateException("no kernel provider can run " + type + " here");
  }
}
