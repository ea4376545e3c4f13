package io.evomoe.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The directions of the house: core knows nobody, models know no gate. */
class ModuleDirectionsTest {
  private static final String[] CORE = {
    "io.evomoe.kernel..",
    "io.evomoe.nn..",
    "io.evomoe.moe..",
    "io.evomoe.evolution..",
    "io.evomoe.training..",
    "io.evomoe.step..",
    "io.evomoe.random..",
    "io.evomoe.names..",
    "io.evomoe.files.."
  };

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar")) // core's, once packaged
          .importPackages("io.evomoe");

  @Test
  void core_should_not_know_gates_models_or_bench() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.evomoe.gates..", "io.evomoe.models..", "io.evomoe.bench..", "io.evomoe.junit..")
        .check(CLASSES);
  }

  @Test
  void models_should_never_know_a_gate_class() {
    noClasses()
        .that()
        .resideInAPackage("io.evomoe.models..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.evomoe.gates..", "io.evomoe.bench..", "io.evomoe.junit..")
        .check(CLASSES);
  }

  @Test
  void gates_should_know_core_alone() {
    noClasses()
        .that()
        .resideInAPackage("io.evomoe.gates..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.evomoe.models..", "io.evomoe.bench..", "io.evomoe.junit..")
        .check(CLASSES);
  }

  @Test
  void packages_should_be_free_of_cycles() {
    slices().matching("io.evomoe.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void kernel_providers_should_be_reached_through_their_interface_alone() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.evomoe.kernel.onednn..", "io.evomoe.kernel.nd4j..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.evomoe.kernel.onednn..", "io.evomoe.kernel.nd4j..")
        .check(CLASSES);
  }

  @Test
  void only_the_command_line_should_print() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.evomoe.bench.cli..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .check(CLASSES);
  }
}
