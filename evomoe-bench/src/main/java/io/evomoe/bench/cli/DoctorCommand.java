package io.evomoe.bench.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.bench.doctor.Doctor;
import io.evomoe.bench.doctor.Finding;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.record.Json;
import io.evomoe.run.task.Tasks;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evomoe doctor}: what of this machine a run depends on. */
@Command(
    name = "doctor",
    description = {
      "Checks this machine for problems that stop or slow down training, and suggests fixes.",
      "The exit code is 0 if training can start, and 1 if not."
    },
    footer = "evomoe doctor")
final class DoctorCommand implements Callable<Integer> {
  private static final int INDENT = 26;

  @Option(names = "--out", defaultValue = "runs", description = "folder for results")
  Path out = Path.of("runs");

  @Option(names = "--json", description = "print one line of JSON")
  boolean json;

  @Override
  public Integer call() {
    Doctor doctor = Doctor.look(build(), data(), out);
    System.out.println(json ? json(doctor) : text(doctor));
    if (doctor.canStart()) {
      return 0;
    }
    System.err.println("evomoe: training cannot start: " + String.join(", ", doctor.stopping()));
    return Failures.FAILED;
  }

  private static String build() {
    return "%s, commit %s".formatted(Version.ofProgram(), SourceCommit.current());
  }

  private static Map<String, List<Path>> data() {
    return Tasks.names().stream()
        .collect(
            Collectors.toMap(
                Function.identity(),
                task -> Tasks.named(task).shippedData().stream().map(ShippedData::path).toList()));
  }

  private static String json(Doctor doctor) {
    ObjectNode all = Json.MAPPER.createObjectNode();
    all.put("can_start", doctor.canStart());
    doctor.findings().forEach(one -> all.withArray("findings").add(StrictYaml.fields(one)));
    return Json.line(all);
  }

  private static String text(Doctor doctor) {
    return doctor.findings().stream()
        .flatMap(DoctorCommand::lines)
        .map(line -> StandardOutput.wrapped(line, INDENT))
        .collect(Collectors.joining(System.lineSeparator()));
  }

  private static Stream<String> lines(Finding f) {
    String found = "%-15s  %-7s  %s".formatted(f.name(), f.state(), f.found());
    return f.advice().isEmpty()
        ? Stream.of(found)
        : Stream.of(found, " ".repeat(INDENT - 3) + "-> " + f.advice());
  }
}
