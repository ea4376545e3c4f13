package io.evomoe.junit;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.function.ThrowingConsumer;

/** One training: gives the test its recorder and compares the curves afterwards. */
final class ConvergenceInvocation
    implements TestTemplateInvocationContext, ParameterResolver, AfterTestExecutionCallback {
  private static final String RECORD = "evomoe.record";
  private static final String VARIANT = "{variant}";

  private final ConvergenceTest test;
  private final String variant;
  private final CurveRecorder recorder;

  ConvergenceInvocation(ConvergenceTest test, String variant) {
    this.test = test;
    this.variant = variant;
    this.recorder = new CurveRecorder(test.every());
  }

  @Override
  public String getDisplayName(int invocationIndex) {
    return variant.isEmpty() ? "curve" : variant;
  }

  @Override
  public List<Extension> getAdditionalExtensions() {
    return List.of(this);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == CurveRecorder.class || (type == String.class && !variant.isEmpty());
  }

  @Override
  public @Nullable Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == String.class ? variant : recorder;
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      return;
    }
    Curve measured = recorder.curve();
    if (measured.isEmpty()) {
      throw new AssertionError("the training must record at least one point, recorded none");
    }
    String name = name(context);
    Path file = Path.of(test.folder()).resolve(name + ".csv");
    boolean records =
        context.getConfigurationParameter(RECORD).map(Boolean::parseBoolean).orElse(false);
    if (records) {
      measured.requireFinite();
      measured.write(file);
    } else {
      compare(context, name, file, measured);
    }
  }

  private void compare(ExtensionContext context, String name, Path file, Curve measured) {
    if (!Files.exists(file)) {
      throw new AssertionError(
          "no curve is recorded in %s; -D%s=true records one".formatted(file, RECORD));
    }
    Curve recorded = Curve.read(file);
    requireSeries(recorded, measured);
    String attachment = Path.of(name + ".svg").getFileName() + "";
    attach(context, attachment, picture -> CurvePicture.write(picture, name, recorded, measured));
    List<String> differences = CurveComparison.differences(recorded, measured, this::bounds);
    if (!differences.isEmpty()) {
      Path picture = Path.of(test.pictures()).resolve(name + ".svg");
      CurvePicture.write(picture, name, recorded, measured);
      throw new AssertionError(
          "the training does not follow %s:%n- %s%nBoth curves: %s"
              .formatted(file, String.join(System.lineSeparator() + "- ", differences), picture));
    }
  }

  /** Calls the method by name, because JUnit 5 and 6 have its media type in different packages. */
  private static void attach(
      ExtensionContext context, String name, ThrowingConsumer<Path> written) {
    Stream.of(ExtensionContext.class.getMethods())
        .filter(method -> method.getName().equals("publishFile"))
        .findFirst()
        .ifPresent(publish -> attach(publish, context, name, written));
  }

  private static void attach(
      Method publish, ExtensionContext context, String name, ThrowingConsumer<Path> written) {
    try {
      Object svg =
          publish
              .getParameterTypes()[1]
              .getMethod("create", String.class, String.class)
              .invoke(null, "image", "svg+xml");
      publish.invoke(context, name, svg, written);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot attach " + name + " to the report of the test", e);
    }
  }

  private String name(ExtensionContext context) {
    String given = test.curve();
    if (given.isEmpty()) {
      String method =
          context.getRequiredTestClass().getSimpleName()
              + "-"
              + context.getRequiredTestMethod().getName();
      given = variant.isEmpty() ? method : method + "-" + VARIANT;
    }
    if (!variant.isEmpty() && !given.contains(VARIANT)) {
      throw new IllegalArgumentException(
          "curve of a @ConvergenceTest with variants must contain %s, so that each has its own, was %s"
              .formatted(VARIANT, given));
    }
    return given.replace(VARIANT, variant);
  }

  private CurveComparison.Bounds bounds(String series) {
    return tolerance(series)
        .or(() -> tolerance(""))
        .map(CurveComparison.Bounds::of)
        .orElse(CurveComparison.Bounds.DEFAULT);
  }

  private Optional<Tolerance> tolerance(String series) {
    List<Tolerance> all =
        Arrays.stream(test.tolerances()).filter(t -> t.series().equals(series)).toList();
    if (all.size() > 1) {
      throw new IllegalArgumentException(
          "series of @Tolerance must be named once each, '%s' was named %d times"
              .formatted(series, all.size()));
    }
    return all.stream().findFirst();
  }

  /** Checks the series names in the union of both curves, because a variant may lack a series. */
  private void requireSeries(Curve recorded, Curve measured) {
    Set<String> known = new TreeSet<>(recorded.series().keySet());
    known.addAll(measured.series().keySet());
    for (Tolerance tolerance : test.tolerances()) {
      String name = tolerance.series();
      if (variant.isEmpty() && !name.isEmpty() && !known.contains(name)) {
        throw new IllegalArgumentException(
            "series of a @Tolerance must be one of %s, was %s".formatted(known, name));
      }
    }
  }
}
