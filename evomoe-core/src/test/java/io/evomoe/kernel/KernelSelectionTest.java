package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.kernel.KernelSelection.Choice;
import io.evomoe.kernel.KernelSelection.KernelReport;
import io.evomoe.kernel.internal.nd4j.Nd4jKernelProvider;
import io.evomoe.kernel.internal.nd4j.Nd4jKernels;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.nd4j.linalg.api.buffer.DataType;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class KernelSelectionTest {
  private static final List<Device> ANY = List.of(Device.FIRST_GPU, Device.CPU);

  private final String before = System.getProperty(KernelSelection.PROPERTY, "auto");
  private final String deviceBefore = System.getProperty(KernelSelection.DEVICE_PROPERTY, "auto");

  @AfterEach
  void restore() {
    System.setProperty(KernelSelection.PROPERTY, before);
    System.setProperty(KernelSelection.DEVICE_PROPERTY, deviceBefore);
  }

  @Test
  void should_refuse_an_unknown_provider_with_the_list_of_known_ones() {
    System.setProperty(KernelSelection.PROPERTY, "abacus");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KernelSelection.forType(DataType.BFLOAT16))
        .withMessageContaining(KernelSelection.PROPERTY)
        .withMessageContaining("nd4j")
        .withMessageContaining("was abacus");
  }

  @Test
  void should_say_so_when_no_provider_can_run_the_type() {
    assertThatThrownBy(() -> KernelSelection.forType(DataType.UTF8))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("UTF8");
  }

  @Test
  void should_give_the_same_kernels_every_time() {
    Kernels kernels = KernelSelection.forType(DataType.DOUBLE);
    assertThat(kernels.dataType()).isEqualTo(DataType.DOUBLE);
    assertThat(KernelSelection.forType(DataType.DOUBLE)).isSameAs(kernels);
  }

  @Test
  void should_report_what_computes() {
    KernelReport report = KernelSelection.report();
    assertThat(report.kernels()).isEqualTo(KernelSelection.forType(DataType.FLOAT).name());
    assertThat(report.instructions().isEmpty()).isEqualTo(!report.kernels().equals("onednn"));
    assertThat(report.device().kind()).isEqualTo(Device.ofNd4j());
    assertThat(KernelSelection.buildIsFor()).isEqualTo(Device.ofNd4j());
  }

  @Test
  void should_find_the_portable_provider_for_both_precisions() {
    KernelProvider portable =
        ServiceLoader.load(KernelProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> provider.name().equals("nd4j"))
            .findFirst()
            .orElseThrow();
    assertThat(portable.priority()).isZero();
    Device device = Device.ofNd4j() == Device.Kind.CPU ? Device.CPU : Device.FIRST_GPU;
    Device other = device.equals(Device.CPU) ? Device.FIRST_GPU : Device.CPU;
    assertThat(portable.refusal(DataType.FLOAT, Precision.F32, device)).isEmpty();
    assertThat(portable.refusal(DataType.DOUBLE, Precision.F32, device)).isEmpty();
    assertThat(portable.refusal(DataType.BFLOAT16, Precision.F32, device)).isPresent();
    assertThat(portable.refusal(DataType.FLOAT, Precision.F32, other)).isPresent();
    assertThat(portable.create(DataType.FLOAT, Precision.F32, device).name()).isEqualTo("nd4j");
  }

  @Test
  void should_refuse_an_unknown_device() {
    System.setProperty(KernelSelection.DEVICE_PROPERTY, "tpu");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KernelSelection.forType(DataType.BFLOAT16))
        .withMessage("evomoe.device must be auto, cpu, cuda or cuda:N with N in 0..9999, was tpu");
  }

  @Test
  void should_say_why_a_device_is_not_used() {
    Device gpu = Device.parse("cuda:3");
    assertThatThrownBy(
            () ->
                KernelSelection.choose(
                    List.of(new GpuOnly("fast", Optional.of("there is no such card"))),
                    List.of(gpu),
                    DataType.FLOAT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("kernels fast cannot run FLOAT on device cuda:3: there is no such card");
  }

  @Test
  void should_choose_some_by_their_name_alone() {
    KernelProvider shy = new Other("shy", KernelProvider.BY_NAME_ALONE);
    KernelProvider fast = new Other("fast", 10);
    KernelProvider portable = new Nd4jKernelProvider();
    List<KernelProvider> providers = List.of(fast, portable, shy);
    assertThat(KernelSelection.tried(providers, "auto", DataType.FLOAT))
        .containsExactly(fast, portable);
    assertThat(KernelSelection.tried(providers, "shy", DataType.DOUBLE))
        .containsExactly(shy, portable);
  }

  /** Who asks for one is not given another, but for what it does not compute. */
  @Test
  void should_not_take_another_one_in_place_of_the_wanted_for_float() {
    KernelProvider fast = new Other("fast", 10);
    KernelProvider portable = new Nd4jKernelProvider();
    List<KernelProvider> providers = List.of(fast, portable);
    assertThat(KernelSelection.tried(providers, "fast", DataType.FLOAT)).containsExactly(fast);
    assertThat(KernelSelection.tried(providers, "nd4j", DataType.FLOAT)).containsExactly(portable);
    assertThat(KernelSelection.tried(providers, "nd4j", DataType.DOUBLE)).containsExactly(portable);
  }

  @Test
  void should_say_why_none_of_several_is_used() {
    List<KernelProvider> providers = List.of(new Other("fast", 10), new Other("slow", 0));
    assertThatThrownBy(() -> KernelSelection.choose(providers, ANY, DataType.FLOAT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "no kernel provider can run FLOAT here"
                + " (fast: it is only listed, slow: it is only listed)");
  }

  @Test
  void should_take_the_cpu_when_nothing_else_can_run() {
    GpuOnly absent = new GpuOnly("fast", Optional.of("there is no GPU"));
    GpuOnly present = new GpuOnly("faster", Optional.empty());
    KernelProvider portable = new Nd4jKernelProvider();
    Choice fallen = KernelSelection.choose(List.of(absent, portable), ANY, DataType.FLOAT);
    assertThat(fallen.provider()).isSameAs(portable);
    assertThat(fallen.device().kind()).isEqualTo(Device.ofNd4j());
    assertThat(fallen.passedOver())
        .containsExactly("fast: there is no GPU; it computes on GPUs only");
    Choice best = KernelSelection.choose(List.of(present, portable), ANY, DataType.FLOAT);
    assertThat(best.provider()).isSameAs(present);
    assertThat(best.device()).isEqualTo(Device.FIRST_GPU);
  }

  /** A provider that is only listed. */
  private record Other(String name, int priority) implements KernelProvider {
    @Override
    public Optional<String> refusal(DataType type, Precision precision, Device device) {
      return Optional.of("it is only listed");
    }

    @Override
    public Kernels create(DataType type, Precision precision, Device device) {
      throw new UnsupportedOperationException("it is only listed");
    }
  }

  /** A provider on GPUs; its kernels are the portable ones. */
  private record GpuOnly(String name, Optional<String> problem) implements KernelProvider {
    @Override
    public int priority() {
      return 20;
    }

    @Override
    public Optional<String> refusal(DataType type, Precision precision, Device device) {
      return device.kind() == Device.Kind.CUDA ? problem : Optional.of("it computes on GPUs only");
    }

    @Override
    public Kernels create(DataType type, Precision precision, Device device) {
      return new Nd4jKernels(type);
    }
  }
}
