package io.evomoe.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.engine.OutputDirectoryCreator;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.reporting.FileEntry;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.w3c.dom.Element;

/** Runs tests that use the extension, and looks at what becomes of them. */
class ConvergenceExtensionTest {
  private static final String FOLDER = "target/convergence-test/curves";
  private static final String PICTURES = "target/convergence-test/pictures";
  private static final Path CURVE = Path.of(FOLDER, "descent.csv");
  private static final Path PICTURE = Path.of(PICTURES, "descent.svg");

  /** What the training below adds to each of its values, and to its last. */
  private static double shift;

  private static double lastShift;

  @BeforeEach
  void record_the_training_as_it_is() throws IOException {
    shift = 0;
    lastShift = 0;
    Files.deleteIfExists(CURVE);
    Files.deleteIfExists(PICTURE);
    assertThat(run("descends", true)).isEmpty();
  }

  @Test
  void should_pass_where_nothing_changed() {
    assertThat(CURVE).content().startsWith("step,gap,loss\n1,,2.0\n2,0.5,1.0\n");
    assertThat(run("descends", false)).isEmpty();
    assertThat(PICTURE).doesNotExist();
  }

  @Test
  void should_pass_within_the_band() {
    shift = 0.004;
    assertThat(run("descends", false)).isEmpty();
  }

  @Test
  void should_attach_both_curves_to_the_report_whether_it_passes_or_not() throws IOException {
    for (double moved : new double[] {0.004, 0.03}) {
      shift = moved;
      List<Path> attached = attachments(execute("descends", false));

      assertThat(attached)
          .singleElement()
          .satisfies(file -> assertThat(file).hasFileName("descent.svg"));
      assertThat(attached.get(0)).content().startsWith("<svg ").contains("loss by step");
      Files.delete(attached.get(0));
    }
    assertThat(attachments(execute("descends", true))).isEmpty();
  }

  private static List<Path> attachments(EngineExecutionResults results) {
    return results.testEvents().fileEntryPublished().stream()
        .map(event -> event.getRequiredPayload(FileEntry.class).getPath())
        .toList();
  }

  @Test
  void should_fail_outside_of_the_band_and_draw_both_curves() throws Exception {
    shift = 0.03;

    assertThat(run("descends", false))
        .singleElement()
        .asString()
        .contains("the training does not follow " + CURVE)
        .contains("loss leaves the band of 2.00 % at 7 of 8 steps, first at step 2")
        .contains("worst at step 8 (0.28, recorded 0.25)")
        .contains("last value of loss must be within 10.0 % of 0.25")
        .doesNotContain("gap")
        .contains("Both curves: " + PICTURE);
    Element picture =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(PICTURE.toFile())
            .getDocumentElement();
    assertThat(picture.getAttribute("height")).isEqualTo("" + 2 * 360);
    assertThat(picture.getElementsByTagName("polyline").getLength()).isGreaterThanOrEqualTo(2 * 2);
  }

  @Test
  void should_fail_where_the_last_value_differs() {
    lastShift = 0.05;
    assertThat(run("descends", false)).singleElement().asString().contains("last value of loss");
  }

  @Test
  void should_fail_where_the_area_differs() {
    shift = 0.03;
    assertThat(run("is_compared_by_area_alone", false))
        .singleElement()
        .asString()
        .contains("area under loss must be within 2.00 %")
        .doesNotContain("band");
  }

  @Test
  void should_fail_where_a_value_is_not_finite() {
    lastShift = Double.NaN;
    assertThat(run("descends", false))
        .singleElement()
        .asString()
        .contains("loss is not finite at step 8: NaN");
    assertThat(PICTURE).exists();
  }

  @Test
  void should_fail_where_a_series_has_other_steps() {
    assertThat(run("stops_early", false))
        .singleElement()
        .asString()
        .contains("gap must have the 1 recorded steps, had 0 (missing [2], new none)")
        .contains("loss must have the 8 recorded steps, had 4 (missing [5, 6, 7]..., new none)");
  }

  @Test
  void should_fail_where_no_curve_is_recorded() throws IOException {
    Files.delete(CURVE);
    assertThat(run("descends", false))
        .singleElement()
        .asString()
        .contains("no curve is recorded in " + CURVE + "; -Devomoe.record=true records one");
    assertThat(CURVE).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "step,loss/1,2.0,3.0|is damaged at line 2: must have 2 fields, had 3",
        "step,loss/1,1.0/two,9.0|is damaged at line 3: For input string: \"two\"",
        "step,loss/1,one|is damaged at line 2: For input string: \"one\"",
        "loss,step/1.0,1|must begin with a line 'step,SERIES,...'"
      })
  void should_fail_where_the_recorded_curve_is_damaged(String lines, String says)
      throws IOException {
    Files.writeString(CURVE, lines.replace('/', '\n') + "\n");
    assertThat(run("descends", false)).singleElement().asString().contains(says);
  }

  /** Whatever is measured later would follow it. */
  @Test
  void should_not_record_what_is_not_finite() throws IOException {
    String before = Files.readString(CURVE);
    lastShift = Double.NaN;
    assertThat(run("descends", true))
        .singleElement()
        .asString()
        .contains("a curve to follow must be finite, loss at step 8 was NaN");
    assertThat(CURVE).content().isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "misnames_a_series|series of a @Tolerance must be one of [gap, loss], was los",
        "names_a_series_twice|series of @Tolerance must be named once each, 'loss' was named again",
        "has_one_curve_for_all|variants must contain {variant}, so that each has its own, was one"
      })
  void should_refuse_what_would_be_left_unheard(String method, String says) {
    assertThat(run(method, false))
        .isNotEmpty()
        .allSatisfy(failure -> assertThat(failure).contains(says));
  }

  @Test
  void should_fail_where_nothing_was_recorded_or_the_training_failed() {
    assertThat(run("records_nothing", false))
        .singleElement()
        .asString()
        .contains("at least one point");
    assertThat(run("records_nothing", true)).hasSize(1);
    assertThat(run("breaks", false)).singleElement().asString().contains("diverged");
  }

  @Test
  void should_record_anew_on_request() {
    shift = 1;
    assertThat(run("descends", false)).hasSize(1);
    assertThat(run("descends", true)).isEmpty();
    assertThat(run("descends", false)).isEmpty();
  }

  @Test
  void should_make_a_test_and_a_curve_of_each_variant() {
    assertThat(run("has_variants", true)).isEmpty();
    assertThat(Path.of(FOLDER, "of-fast.csv")).content().isEqualTo("step,loss\n1,1.0\n");
    assertThat(Path.of(FOLDER, "of-slow.csv")).content().isEqualTo("step,loss\n1,2.0\n");

    EngineExecutionResults results = execute("has_variants", false);

    assertThat(results.testEvents().succeeded().stream().map(ConvergenceExtensionTest::name))
        .containsExactly("fast", "slow");
  }

  @Test
  void should_refuse_variants_that_do_not_exist() {
    assertThat(
            execute("has_no_variants", false).allEvents().failed().stream()
                .map(ConvergenceExtensionTest::failure))
        .singleElement()
        .asString()
        .contains("variants of @ConvergenceTest must be a static method of ", "nowhere");
  }

  private static List<String> run(String method, boolean record) {
    EngineExecutionResults results = execute(method, record);
    assertThat(results.testEvents().started().count()).isPositive();
    return results.testEvents().failed().stream().map(ConvergenceExtensionTest::failure).toList();
  }

  private static EngineExecutionResults execute(String method, boolean record) {
    Class<?>[] parameters =
        method.equals("has_variants")
            ? new Class<?>[] {CurveRecorder.class, String.class}
            : new Class<?>[] {CurveRecorder.class};
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectMethod(Trainings.class, method, parameters))
        .configurationParameter("evomoe.record", Boolean.toString(record))
        .outputDirectoryCreator(new Attachments())
        .execute();
  }

  private static String failure(Event event) {
    return event
        .getRequiredPayload(TestExecutionResult.class)
        .getThrowable()
        .map(Throwable::getMessage)
        .orElse("");
  }

  private static String name(Event event) {
    return event.getTestDescriptor().getDisplayName();
  }

  /** Where JUnit's launcher would put what a test attaches. */
  private static final class Attachments implements OutputDirectoryCreator {
    @Override
    public Path getRootDirectory() {
      return Path.of("target/convergence-test/attached");
    }

    @Override
    public Path createOutputDirectory(TestDescriptor test) throws IOException {
      return Files.createDirectories(getRootDirectory());
    }
  }

  /** Not found by the build, which leaves nested classes out. */
  static class Trainings {
    static Stream<String> speeds() {
      return Stream.of("fast", "slow");
    }

    @ConvergenceTest(
        curve = "descent",
        folder = FOLDER,
        pictures = PICTURES,
        tolerances = {
          @Tolerance(series = "loss", band = 0.02, finalValue = 0.1, area = 0.1),
          @Tolerance(series = "gap", band = 0)
        })
    void descends(CurveRecorder curve) {
      train(curve, 8);
      curve.record("gap", 2, 0.5);
    }

    @ConvergenceTest(
        curve = "descent",
        folder = FOLDER,
        pictures = PICTURES,
        tolerances =
            @Tolerance(
                band = Double.POSITIVE_INFINITY,
                finalValue = Double.POSITIVE_INFINITY,
                area = 0.02))
    void is_compared_by_area_alone(CurveRecorder curve) {
      descends(curve);
    }

    @ConvergenceTest(curve = "descent", folder = FOLDER, pictures = PICTURES)
    void stops_early(CurveRecorder curve) {
      train(curve, 4);
    }

    @ConvergenceTest(curve = "nothing", folder = FOLDER)
    void records_nothing(CurveRecorder curve) {
      assertThat(curve).isNotNull();
    }

    @ConvergenceTest(curve = "descent", folder = FOLDER)
    void breaks(CurveRecorder curve) {
      train(curve, 1);
      throw new IllegalStateException("diverged");
    }

    @ConvergenceTest(curve = "of-{variant}", variants = "speeds", folder = FOLDER)
    void has_variants(CurveRecorder curve, String variant) {
      curve.record("loss", 1, variant.equals("fast") ? 1 : 2);
    }

    @ConvergenceTest(
        curve = "descent",
        folder = FOLDER,
        tolerances = @Tolerance(series = "los", band = 0.001))
    void misnames_a_series(CurveRecorder curve) {
      descends(curve);
    }

    @ConvergenceTest(
        curve = "descent",
        folder = FOLDER,
        tolerances = {@Tolerance(series = "loss"), @Tolerance(series = "loss", band = 1)})
    void names_a_series_twice(CurveRecorder curve) {
      descends(curve);
    }

    @ConvergenceTest(curve = "one", variants = "speeds", folder = FOLDER)
    void has_one_curve_for_all(CurveRecorder curve) {
      train(curve, 1);
    }

    @ConvergenceTest(variants = "nowhere")
    void has_no_variants(CurveRecorder curve) {
      train(curve, 1);
    }

    private static void train(CurveRecorder curve, int steps) {
      for (int step = 1; step <= steps; step++) {
        double last = step == 8 ? lastShift : 0;
        curve.record("loss", step, 2.0 / step + shift + last);
      }
    }
  }
}
