package io.evomoe.kernel;

import io.evomoe.internal.natives.BackendCheck;
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
 * Chooses kernels. {@code -Devomoe.kernels=auto} (default) chooses the provider with the highest
 * priority that can run here. A name, e.g. {@code onednn} or {@code nd4j}, chooses that provider.
 * It must support float32; for other types that it lacks, the fallback provider is used.
 *
 * <p>{@code -Devomoe.device=auto} (default) chooses a GPU if the provider can use one, otherwise
 * the CPU. {@code cpu}, {@code cuda} or {@code cuda:1} chooses that device ({@link Device#parse}).
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
   * Returns the kernels for arrays of the given type. It is always the same instance.
   *
   * @throws IllegalArgumentException if a system property names an unknown provider or device
   * @throws IllegalStateException if ND4J has no backend that can run, e.g. in a build for the GPU
   *     without a usable one, or if no provider can run the type on the device
   */
  public static Kernels forType(DataType type) {
    return choice(type).kernels();
  }

  /**
   * Returns the float32 kernels for training in a precision. It is always the same instance. If
   * bfloat16 is not available, logs a warning with the reason and returns the float32 kernels.
   */
  public static Kernels forPrecision(Precision precision) {
    Choice exact = choice(DataType.FLOAT);
    return precision == Precision.F32
        ? exact.kernels()
        : BF16.computeIfAbsent(exact.provider().name(), unused -> chooseBf16(exact));
  }

  /**
   * Returns which kernels {@link #forType} returns for float32, and why.
   *
   * @throws IllegalArgumentException see {@link #forType}
   * @throws IllegalStateException see {@link #forType}
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

  /**
   * Returns the kind of device of the ND4J backend on the class path, whether or not it can run.
   */
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
   * Returns the providers to try: the wanted one, and the fallbacks for types other than float32.
   * For {@code auto} all.
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

  /** Returns the first provider that can run, with the first device on which it can. */
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

  /** The choice, and why earlier providers were not chosen, each with its name. */
  record Choice(KernelProvider provider, Device device, Kernels kernels, List<String> passedOver) {}

  /**
   * The kernels that compute in float32 in this process.
   *
   * @param kernels name of their provider
   * @param device device that they compute on
   * @param instructions processor features that they use, e.g. {@code avx512_core_bf16}; empty if
   *     unknown
   * @param bf16Refusal why {@link Precision#BF16} computes in float32, or empty if bfloat16 works
   * @param passedOver providers of higher priority that cannot run here, each with the reason
   */
  public record KernelReport(
      String kernels,
      Device device,
      String instructions,
      Optional<String> bf16Refusal,
      List<String> passedOver) {

    /** Copies the list. */
    public KernelReport {
      passedOver = List.copyOf(passedOver);
    }
  }
}
