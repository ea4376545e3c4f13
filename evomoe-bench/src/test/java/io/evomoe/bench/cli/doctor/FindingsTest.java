package io.evomoe.bench.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.cli.doctor.Finding.State;
import io.evomoe.internal.natives.NvidiaCard;
import io.evomoe.kernel.Device;
import io.evomoe.kernel.KernelSelection.KernelReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found of machines that are not this one. */
class FindingsTest {
  private static final double GIB = 1 << 30;
  private static final NvidiaCard A100 = new NvidiaCard("NVIDIA A100", 8, 0);
  private static final NvidiaCard H100 = new NvidiaCard("NVIDIA H100", 9, 0);

  @TempDir Path folder;

  @Test
  void should_start_unless_something_stops() {
    Finding slow = new Finding("load", State.SLOW, "high", "wait");
    Finding missing = new Finding("gpu", State.MISSING, "none", "buy one");
    assertThat(DoctorCommand.stopping(List.of(slow, missing))).isEmpty();
    Finding stops = new Finding("disk", State.STOPS, "full", "make room");
    assertThat(DoctorCommand.stopping(List.of(slow, stops, missing))).containsExactly("disk");
  }

  @Test
  void should_say_why_the_portable_kernels_are_used() {
    KernelReport portable =
        new KernelReport(
            "nd4j", Device.CPU, "", Optional.of("it is not offered"), List.of("onednn: no binary"));
    Finding kernels = Findings.kernels(portable, List.of());
    assertThat(kernels.state()).isEqualTo(State.SLOW);
    assertThat(kernels.found()).contains("nd4j on cpu").contains("onednn: no binary");
    assertThat(Findings.bfloat16(portable).state()).isEqualTo(State.MISSING);
    assertThat(Findings.bfloat16(portable).found()).contains("it is not offered");
  }

  @Test
  void should_name_the_instructions_and_what_holds_them_back() {
    KernelReport report =
        new KernelReport("onednn", Device.CPU, "avx512_core_amx", Optional.empty(), List.of());
    Finding all = Findings.kernels(report, List.of());
    assertThat(all.state()).isEqualTo(State.OK);
    assertThat(all.found()).contains("avx512_core_amx");
    assertThat(Findings.bfloat16(report).state()).isEqualTo(State.OK);
    Finding held = Findings.kernels(report, List.of("ONEDNN_MAX_CPU_ISA"));
    assertThat(held.state()).isEqualTo(State.SLOW);
    assertThat(held.advice()).contains("ONEDNN_MAX_CPU_ISA");
  }

  @Test
  void should_tell_cards_that_a_build_can_use_from_others() {
    assertThat(gpu(Device.Kind.CPU).state()).isEqualTo(State.OK);
    assertThat(gpu(Device.Kind.CPU, A100).advice()).contains("-Pcuda");
    assertThat(gpu(Device.Kind.CPU, H100).state()).isEqualTo(State.MISSING);
    assertThat(gpu(Device.Kind.CPU, H100).advice()).doesNotContain("-Pcuda");
    assertThat(gpu(Device.Kind.CUDA, H100, A100).advice()).contains("kernels");
    assertThat(gpu(Device.Kind.CUDA, H100, A100).found()).endsWith("which this build cannot use");
    assertThat(gpu(Device.Kind.CUDA, H100).state()).isEqualTo(State.STOPS);
    assertThat(gpu(Device.Kind.CUDA, H100).found()).endsWith("of compute capability 3.7 to 8.9");
    assertThat(gpu(Device.Kind.CUDA).state()).isEqualTo(State.STOPS);
    assertThat(Findings.gpu(List.of(H100), Device.Kind.CPU, Device.FIRST_GPU).state())
        .isEqualTo(State.OK);
  }

  private static Finding gpu(Device.Kind build, NvidiaCard... cards) {
    return Findings.gpu(List.of(cards), build, Device.CPU);
  }

  @Test
  void should_want_one_thread_a_processor_and_a_quiet_machine() {
    assertThat(Findings.threads(4, 4).state()).isEqualTo(State.OK);
    assertThat(Findings.threads(4, 1).state()).isEqualTo(State.SLOW);
    assertThat(Findings.load(1.9, 4).state()).isEqualTo(State.OK);
    assertThat(Findings.load(2.0, 4).state()).isEqualTo(State.SLOW);
    assertThat(Findings.load(-1, 4).state()).isEqualTo(State.OK);
    assertThat(Findings.waiting(Map.of()).state()).isEqualTo(State.SLOW);
    assertThat(Findings.waiting(Map.of("GOMP_SPINCOUNT", "1000")).state()).isEqualTo(State.OK);
  }

  @Test
  void should_count_the_memory_that_is_free() {
    assertThat(Findings.memory(8 * GIB, 4 * GIB).found()).contains("8.0 GiB", "4.0 GiB");
    assertThat(Findings.memory(8 * GIB, GIB).state()).isEqualTo(State.MISSING);
    assertThat(Findings.memory(GIB, 4 * GIB).state()).isEqualTo(State.MISSING);
    Finding unknown = Findings.memory(8 * GIB, Double.NaN);
    assertThat(unknown.state()).isEqualTo(State.OK);
    assertThat(unknown.found()).isEqualTo("8.0 GiB");
    assertThat(Findings.heap(GIB / 8).state()).isEqualTo(State.MISSING);
    assertThat(Findings.heap(GIB).state()).isEqualTo(State.OK);
  }

  @Test
  void should_want_large_pages_where_the_system_has_them() {
    Map<String, String> asked = Map.of("GLIBC_TUNABLES", "a.b=1:glibc.malloc.hugetlb=1");
    assertThat(pages("always [madvise] never", asked)).isEqualTo(State.OK);
    assertThat(pages("always [madvise] never", Map.of())).isEqualTo(State.SLOW);
    assertThat(pages("[always] madvise never", Map.of())).isEqualTo(State.OK);
    assertThat(pages("always madvise [never]", asked)).isEqualTo(State.SLOW);
    assertThat(pages("", Map.of())).isEqualTo(State.OK);
  }

  private static State pages(String setting, Map<String, String> environment) {
    return Findings.pages(setting, environment).state();
  }

  @Test
  void should_name_tasks_without_data() {
    Map<String, List<Path>> data =
        Map.of("gpt", List.of(folder), "mt", List.of(folder.resolve("absent")));
    Finding found = Findings.data(data);
    assertThat(found.state()).isEqualTo(State.MISSING);
    assertThat(found.found()).endsWith("task mt");
    assertThat(Findings.data(Map.of("gpt", List.of(folder))).found()).isEqualTo(folder.toString());
  }

  @Test
  void should_leave_nothing_where_results_would_go() throws IOException {
    assertThat(Findings.results(folder.resolve("runs/a")))
        .extracting(Finding::state)
        .first()
        .isEqualTo(State.OK);
    assertThat(folder).isEmptyDirectory();
    Path file = Files.createFile(folder.resolve("file"));
    Finding refused = Findings.results(file.resolve("runs")).get(0);
    assertThat(refused.state()).isEqualTo(State.STOPS);
    assertThat(refused.found()).contains(file.toString());
  }

  @Test
  void should_want_room_on_the_disk_and_a_folder_that_stays() {
    assertThat(Findings.disk(100 * GIB).state()).isEqualTo(State.OK);
    assertThat(Findings.disk(GIB).state()).isEqualTo(State.MISSING);
    assertThat(Findings.disk(1000).state()).isEqualTo(State.STOPS);
    assertThat(Findings.nativeCode(folder.resolve("a"), folder).state()).isEqualTo(State.OK);
    assertThat(Findings.nativeCode(folder, folder.resolve("home")).state()).isEqualTo(State.SLOW);
  }
}
