package io.evomoe.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Nothing knows this module, and nothing else knows Spark. */
class DirectionsTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.evomoe");

  @Test
  void nothing_else_should_know_spark_or_this_module() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.evomoe.spark..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.evomoe.spark..", "org.apache.spark..", "org.apache.hadoop..", "scala..")
        .check(CLASSES);
  }

  /** The classes that still import {@code io.evomoe.run.internal}: none may be added. */
  @Test
  void rounds_should_use_the_public_runs_alone() {
    assertThat(
            CLASSES.stream()
                .filter(type -> type.getPackageName().startsWith("io.evomoe.spark"))
                .filter(DirectionsTest::usesInternalRuns)
                .map(type -> type.getName().replaceFirst("\\$.*", "").replaceFirst(".*\\.", ""))
                .distinct())
        .containsExactlyInAnyOrder(
            "ClusterRounds", "Setup", "SparkTraining", "Staging", "WorkerRuntime");
  }

  private static boolean usesInternalRuns(JavaClass type) {
    return type.getDirectDependenciesFromSelf().stream()
        .map(dependency -> dependency.getTargetClass().getBaseComponentType())
        .anyMatch(used -> used.getPackageName().startsWith("io.evomoe.run.internal"));
  }
}
