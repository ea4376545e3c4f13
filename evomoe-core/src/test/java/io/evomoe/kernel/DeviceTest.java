package io.evomoe.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceTest {
  @ParameterizedTest
  @ValueSource(strings = {"cpu", "cuda:0", "cuda:1", "cuda:12"})
  void should_be_found_by_its_name(String name) {
    assertThat(Device.parse(name)).hasToString(name);
  }

  @Test
  void should_take_the_first_gpu_without_an_index() {
    assertThat(Device.parse("cuda")).isEqualTo(new Device(Device.Kind.CUDA, 0));
    assertThat(Device.parse("cpu")).isEqualTo(Device.CPU);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "CPU", "cpu:0", "cuda:", "cuda:-1", "cuda:x", "cuda:12345", "tpu"})
  void should_refuse_another_name(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Device.parse(name))
        .withMessage("device must be cpu, cuda or cuda:N with N in 0..9999, was " + name);
  }

  @Test
  void should_have_one_cpu_and_no_negative_index() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Device(Device.Kind.CPU, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Device(Device.Kind.CUDA, -1));
  }
}
