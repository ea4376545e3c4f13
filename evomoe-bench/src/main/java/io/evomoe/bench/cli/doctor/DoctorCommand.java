package io.evomoe.bench.cli.doctor;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.bench.cli.ShippedData;
import io.evomoe.bench.cli.Version;
import io.evomoe.bench.cli.console.Failures;
import io.evomoe.bench.cli.console.StandardOutput;
import io.evomoe.bench.cli.doctor.Finding.State;
import io.evomoe.run.config.StrictYaml;
import io.evomoe.run.record.Json;
import io.evomoe.run.task.Tasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
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
public final class DoctorCommand implements Callable<Integer> {
  private static final int INDENT = 26;

  @Option(names = "--out", description = "folder for results")
  Path out = Path.of("runs");

  @Option(names = "--json", description = "print one line of JSON")
  boolean json;

  @Override
  public Integer call() {
    String build = "%s, commit %s".formatted(Version.ofProgram(), Version.commit());
    List<Finding> findings = new ArrayList<>(List.of(Finding.ok("build", build)));
    findings.addAll(Findings.here(data(), out));
    List<String> stopping = stopping(findings);
    System.out.println(json ? json(findings, stopping.isEmpty()) : text(findings));
    if (stopping.isEmpty()) {
      return 0;
    }
    System.err.println("evomoe: training cannot start: " + String.join(", ", stopping));
    return Failures.FAILED;
  }

  /** What keeps runs from starting. */
  static List<String> stopping(List<Finding> findings) {
    return findings.stream().filter(f -> f.state() == State.STOPS).map(Finding::name).toList();
  }

  private static Map<String, List<Path>> data() {
    Map<String, List<Path>> data = new TreeMap<>();
    for (String task : Tasks.names()) {
      data.put(task, Tasks.named(task).shippedData().stream().map(ShippedData::path).toList());
    }
    return data;
  }

  private static String json(List<Finding> findings, boolean canStart) {
    ObjectNode all = Json.MAPPER.createObjectNode().put("can_start", canStart);
    findings.forEach(one -> all.withArray("findings").add(StrictYaml.fields(one)));
    return Json.line(all);
  }

  private static String text(List<Finding> findings) {
    return findings.stream()
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
