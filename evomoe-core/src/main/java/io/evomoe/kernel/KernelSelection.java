package io.evomoe.kernel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses kernels. {@code -Devomoe.kernels=auto} (the default) takes the best provider that can run
 * here; the name of one, such as {@code onednn} or {@code nd4j}, takes that one, and the provider
 * of last resort for types that it has not: float32 it must have. {@code -Devomoe.device=auto} (the
 * default) takes a GPU where that provider can use one and the CPU otherwise; {@code cpu}, {@code
 * cuda} or {@code cuda:1} takes that one ({@link Device#parse}).
 */
public final class KernelSelection {
  /** The system property that names a provider. */
  public static final String PROPERTY = "evomoe.kernels";

  /** The system property that names a device. */
  public static final String DEVICE_PROPERTY = "evomoe.device";

  private static final String AUTO = "auto";
  private static final Logger log = LoggerFactory.getLogger(KernelSelection.class);
  private static final Map<DataType, Choice> CHOSEN = new ConcurrentHashMap<>();
  private static final Map<String, Kernels> BF16 = new ConcurrentHashMap<>();

  private KernelSelection() {}

  /**
   * Kernels for arrays of the given type, the same instance every time.
   *
   * @throws IllegalArgumentException for a system property that names no provider or no device
   * @throws IllegalStateException when ND4J has no backend that can run, such as a build for the
   *     GPU without a usable one, or no provider can run the type on the device
   */
  public static Kernels forType(DataType type) {
    return choice(type).kernels();
  }

  /**
   * float32 kernels for training in a precision, the same instance every time. Where bfloat16
   * cannot run, a warning says why and the answer is float32.
   */
  public static Kernels forPrecision(Precision precision) {
    Choice exact = choice(DataType.FLOAT);
    return precision == Precision.F32
        ? exact.kernels()
        : BF16.computeIfAbsent(exact.provider().name(), unused -> chooseBf16(exact));
  }

  /**
   * What {@link #forType} gives for float32, and why it is no other.
   *
   * @throws IllegalArgumentException as {@link #forType}
   * @throws IllegalStateException as {@link #forType}
   */
  public static KernelReport report() {
    Choice exact = choice(DataType.FLOAT);
    KernelProvider provider = exact.provider();
    return new KernelReport(
        provider.name(),
        exact.device(),
        provider.instructions(),
        provider.refusal(DataType.FLOAT, Precision.BF16, exact.device()),
        exact.passedOver());
  }

  /** Where ND4J on this class path computes, whether or not it can. */
  public static Device.Kind buildIsFor() {
    return BackendCheck.isForGpu() ? Device.Kind.CUDA : Device.Kind.CPU;
  }

  private static Choice choice(DataType type) {
    return CHOSEN.computeIfAbsent(type, KernelSelection::choose);
  }

  private static Kernels chooseBf16(Choice exact) {
    KernelProvider provider = exact.provider();
    Optional<String> refusal = provider.refusal(DataType.FLOAT, Precision.BF16, exact.device());
    if (refusal.isEmpty()) {
      return provider.create(DataType.FLOAT, Precision.BF16, exact.device());
    }
    log.warn("Precision bf16 not used with kernels {}: {}; f32 is", provider.name(), refusal.get());
    return exact.kernels();
  }

  private static Choice choose(DataType type) {
    List<KernelProvider> providers =
        ServiceLoader.load(KernelProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .sorted(Comparator.comparingInt(KernelProvider::priority).reversed())
            .toList();
    String wanted = System.getProperty(PROPERTY, AUTO);
    List<KernelProvider> tried = tried(providers, wanted, type);
    List<Device> devices = devices(System.getProperty(DEVICE_PROPERTY, AUTO));
    tried.forEach(provider -> devices.forEach(provider::prepare));
    BackendCheck.requireUsable();
    return choose(tried, devices, type);
  }

  /**
   * The wanted one, and those of last resort for other types than float32; for {@code auto} all.
   */
  static List<KernelProvider> tried(List<KernelProvider> providers, String wanted, DataType type) {
    if (wanted.equals(AUTO)) {
      return providers.stream().filter(p -> p.priority() >= 0).toList();
    }
    List<KernelProvider> tried = new ArrayList<>();
    providers.stream().filter(p -> p.name().equals(wanted)).forEach(tried::add);
    if (tried.isEmpty()) {
      throw new IllegalArgumentException(
          PROPERTY
              + " must be auto or one of "
              + providers.stream().map(KernelProvider::name).toList()
              + ", which are on the class path, was "
              + wanted);
    }
    if (type != DataType.FLOAT) {
      providers.stream()
          .filter(p -> p.priority() == 0 && !p.name().equals(wanted))
          .forEach(tried::add);
    }
    return tried;
  }

  private static List<Device> devices(String wanted) {
    if (wanted.equals(AUTO)) {
      return List.of(Device.FIRST_GPU, Device.CPU);
    }
    try {
      return List.of(Device.parse(wanted));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          DEVICE_PROPERTY + " must be auto, " + Device.NAMES + ", was " + wanted, e);
    }
  }

  /** The first provider that can run, on the first device on which it can. */
  static Choice choose(List<KernelProvider> providers, List<Device> devices, DataType type) {
    String where = devices.size() == 1 ? "on device " + devices.get(0) : "here";
    List<String> passedOver = new ArrayList<>();
    for (KernelProvider provider : providers) {
      Set<String> reasons = new LinkedHashSet<>();
      for (Device device : devices) {
        Optional<String> refusal = provider.refusal(type, Precision.F32, device);
        if (refusal.isEmpty()) {
          Kernels kernels = provider.create(type, Precision.F32, device);
          return new Choice(provider, device, kernels, passedOver);
        }
        reasons.add(refusal.get());
      }
      String why = String.join("; ", reasons);
      if (providers.size() == 1) {
        throw new IllegalStateException(
            "kernels %s cannot run %s %s: %s".formatted(provider.name(), type, where, why));
      }
      log.info("Kernels {} not used for {}: {}", provider.name(), type, why);
      passedOver.add(provider.name() + ": " + why);
    }
    throw new IllegalStateException(
        "no kernel provider can run %s %s (%s)"
            .formatted(type, where, String.join(", ", passedOver)));
  }

  /** What was chosen, and why not those before it, each with its name. */
  record Choice(KernelProvider provider, Device device, Kernels kernels, List<String> passedOver) {}
}
