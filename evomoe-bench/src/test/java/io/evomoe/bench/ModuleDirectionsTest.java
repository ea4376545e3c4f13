package io.evomoe.bench;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

/**
 * The directions of the house: core knows nobody, models and runs know no gate, runs no command
 * line.
 */
class ModuleDirectionsTest {
  private static final String[] CORE = {
    "io.evomoe.kernel..",
    "io.evomoe.nn..",
    "io.evomoe.moe..",
    "io.evomoe.evolution..",
    "io.evomoe.training..",
    "io.evomoe.step..",
    "io.evomoe.random..",
    "io.evomoe.internal.."
  };

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar")) // core's, once packaged
          .importPackages("io.evomoe");

  private static final String MODELS = "io.evomoe.models..";
  private static final String DL4J = "io.evomoe.models.dl4j..";
  private static final String GATES = "io.evomoe.gates..";
  private static final String LANGCHAIN4J = "io.evomoe.langchain4j..";
  private static final String RUN = "io.evomoe.run..";
  private static final String BENCH = "io.evomoe.bench..";
  private static final String JUNIT = "io.evomoe.junit..";

  @Test
  void core_should_know_itself_alone() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(GATES, MODELS, RUN, BENCH, JUNIT)
        .check(CLASSES);
  }

  @Test
  void gates_and_tests_should_know_core_alone() {
    noClasses()
        .that()
        .resideInAPackage(GATES)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(MODELS, RUN, BENCH, JUNIT)
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(JUNIT)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(GATES, MODELS, RUN, BENCH)
        .check(CLASSES);
  }

  @Test
  void tests_should_run_on_junit_5_too() {
    noClasses()
        .that()
        .resideInAPackage(JUNIT)
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("org.junit.jupiter.api.MediaType") // of 6 alone
        .check(CLASSES);
  }

  @Test
  void the_layer_of_dl4j_should_bring_the_gates() throws Exception {
    assertThat(
            Poms.texts(
                Path.of(System.getProperty("basedir", "."), "../evomoe-dl4j/pom.xml"),
                "//dependency[artifactId='evomoe-gates']/scope"))
        .containsExactly("runtime");
  }

  @Test
  void models_should_never_know_a_gate_class() {
    noClasses()
        .that()
        .resideInAPackage(MODELS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(GATES, RUN, BENCH, JUNIT)
        .check(CLASSES);
  }

  @Test
  void the_layer_of_dl4j_alone_should_know_dl4j() {
    noClasses()
        .that()
        .resideOutsideOfPackage(DL4J)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.deeplearning4j..", DL4J)
        .check(CLASSES);
  }

  @Test
  void the_models_of_langchain4j_alone_should_know_langchain4j() {
    noClasses()
        .that()
        .resideOutsideOfPackage(LANGCHAIN4J)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.langchain4j..", LANGCHAIN4J)
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(LANGCHAIN4J)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(BENCH, JUNIT, GATES)
        .check(CLASSES);
  }

  @Test
  void runs_should_know_no_command_line_chart_or_logging_back_end() {
    noClasses()
        .that()
        .resideInAPackage(RUN)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            BENCH, JUNIT, GATES, "picocli..", "org.knowm..", "ch.qos..", "org.apache.spark..")
        .check(CLASSES);
  }

  @Test
  void programs_should_use_the_public_runs_alone() {
    noClasses()
        .that()
        .resideInAnyPackage(BENCH, JUNIT, DL4J, LANGCHAIN4J)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.evomoe.run.internal..")
        .check(CLASSES);
  }

  @Test
  void packages_should_be_free_of_cycles() {
    slices().matching("io.evomoe.(*)..").should().beFreeOfCycles().check(CLASSES);
    slices().matching("io.evomoe.run.(*)..").should().beFreeOfCycles().check(CLASSES);
    slices().matching("io.evomoe.run.internal.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void kernel_providers_should_be_reached_through_their_interface_alone() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.evomoe.kernel.internal.onednn..",
            "io.evomoe.kernel.internal.nd4j..",
            "io.evomoe.kernel.internal.torch..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.evomoe.kernel.internal.onednn..",
            "io.evomoe.kernel.internal.nd4j..",
            "io.evomoe.kernel.internal.torch..")
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

  @Test
  void nothing_should_be_split_among_threads_of_another_pool() {
    noClasses()
        .should()
        .callMethodWhere(target(nameMatching("parallel(Stream|Sort|Prefix|SetAll)?")))
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(ForkJoinPool.class)
        .check(CLASSES);
  }
}
