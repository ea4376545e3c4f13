package io.evomoe.bench.doctor;

import io.evomoe.bench.doctor.Finding.State;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Looks at this machine as a run would find it.
 *
 * @param findings one of each thing that a run depends on
 */
public record Doctor(List<Finding> findings) {

  /** Keeps a copy of the list. */
  public Doctor {
    findings = List.copyOf(findings);
  }

  /**
   * Looks.
   *
   * @param build version and commit of this program
   * @param data folders of each task's data, by the task's name
   * @param results folder below which runs are to be written; need not exist
   */
  public static Doctor look(String build, Map<String, List<Path>> data, Path results) {
    List<Finding> findings = new ArrayList<>(List.of(Finding.ok("build", build)));
    findings.addAll(ProcessorFindings.here());
    findings.addAll(KernelFindings.here());
    findings.addAll(MemoryFindings.here());
    findings.addAll(FolderFindings.here(data, results));
    return new Doctor(findings);
  }

  /** Whether a run could start. */
  public boolean canStart() {
    return stopping().isEmpty();
  }

  /** What keeps runs from starting. */
  public List<String> stopping() {
    return findings.stream().filter(f -> f.state() == State.STOPS).map(Finding::name).toList();
  }
}
