package io.evomoe.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

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

  @Test
  void rounds_should_use_the_public_runs_alone() {
    noClasses()
        .that()
        .resideInAPackage("io.evomoe.spark..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.evomoe.run.internal..")
        .check(CLASSES);
  }
}
