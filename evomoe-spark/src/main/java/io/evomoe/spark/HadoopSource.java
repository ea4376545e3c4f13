package io.evomoe.spark;

import io.evomoe.internal.files.IoReason;
import io.evomoe.models.internal.text.UnreadFormats;
import io.evomoe.random.CounterRandom;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.hadoop.mapreduce.lib.input.TextInputFormat;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/**
 * Text at a Hadoop path: a file, a pattern of files, or a folder. A folder with {@code X.train.txt}
 * and {@code X.valid.txt} (or {@code .tsv}; compressed in any way that Hadoop supports) uses these
 * for training and validation. Of other text, one document in twenty is for validation, chosen by
 * its content.
 *
 * @param name path, as it was given
 * @param form of the documents
 * @param pairs whether lines are a sentence and its translation, not a class and a text
 * @param train files with training text
 * @param valid files with validation text; empty if it is drawn from the others
 */
record HadoopSource(
    String name, Texts.Form form, boolean pairs, List<FileStatus> train, List<FileStatus> valid) {
  private static final int HELD_OUT = 20;

  /** Number of files whose beginning is read; all names are checked. */
  private static final int READ = 100;

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /**
   * Examines the path.
   *
   * @param pairs whether lines are a sentence and its translation, not a class and a text
   * @throws IllegalArgumentException if there is no text, text of both kinds, or JSON or CSV
   */
  static HadoopSource open(String path, boolean pairs, Configuration configuration) {
    List<FileStatus> files = files(path, configuration);
    List<FileStatus> train = matching(files, "train");
    List<FileStatus> valid = matching(files, "valid");
    boolean split = !train.isEmpty() && !valid.isEmpty();
    List<FileStatus> used = split ? train : files;
    List<FileStatus> held = split ? valid : List.of();
    refuseOtherFormats(used, configuration);
    refuseOtherFormats(held, configuration);
    List<Texts.Form> forms =
        used.stream().map(file -> Texts.Form.of(file.getPath().getName())).distinct().toList();
    if (forms.size() != 1) {
      throw new IllegalArgumentException(
          "text %s must be all lines (.tsv) or all documents, has %s"
              .formatted(path, forms.isEmpty() ? "no file" : "both"));
    }
    return new HadoopSource(path, forms.get(0), pairs, used, held);
  }

  /**
   * Rejects files that are not training text, before anything is started.
   *
   * @param files not empty ones
   * @throws IllegalArgumentException for {@link UnreadFormats}, and for unreadable files
   */
  private static void refuseOtherFormats(List<FileStatus> files, Configuration configuration) {
    files.forEach(file -> UnreadFormats.refuseByEnding(what(file), file.getPath().getName()));
    files.stream()
        .limit(READ)
        .forEach(
            file ->
                UnreadFormats.refuseByLook(what(file), beginning(file.getPath(), configuration)));
  }

  private static String what(FileStatus file) {
    return "text file " + file.getPath();
  }

  private static String beginning(Path file, Configuration configuration) {
    CompressionCodec codec = new CompressionCodecFactory(configuration).getCodec(file);
    try (InputStream raw = file.getFileSystem(configuration).open(file);
        InputStream plain = codec == null ? raw : codec.createInputStream(raw)) {
      byte[] bytes = plain.readNBytes(UnreadFormats.LOOKED_AT);
      return withoutMark(new String(bytes, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "text file %s cannot be read: %s".formatted(file, firstLine(e)), e);
    }
  }

  private static List<FileStatus> files(String path, Configuration configuration) {
    try {
      Path pattern = new Path(path);
      FileSystem system = pattern.getFileSystem(configuration);
      FileStatus[] found = system.globStatus(pattern);
      if (found == null || found.length == 0) {
        throw new IllegalArgumentException("text " + path + " does not exist");
      }
      List<FileStatus> files = new ArrayList<>();
      for (FileStatus one : found) {
        files.addAll(
            one.isDirectory() ? Arrays.asList(system.listStatus(one.getPath())) : List.of(one));
      }
      return files.stream()
          .filter(file -> file.isFile() && file.getLen() > 0)
          .filter(file -> !file.getPath().getName().matches("[._].*"))
          .sorted(Comparator.comparing(file -> file.getPath().toString()))
          .toList();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "text %s cannot be read: %s".formatted(path, firstLine(e)), e);
    }
  }

  private static String firstLine(IOException e) {
    return IoReason.of(e).lines().findFirst().orElse(e.toString());
  }

  private static List<FileStatus> matching(List<FileStatus> files, String part) {
    Pattern name = Pattern.compile(".+\\." + part + "\\.(txt|tsv)(\\.\\w+)?");
    return files.stream().filter(f -> name.matcher(f.getPath().getName()).matches()).toList();
  }

  /** Returns one line per file: its name and length. */
  String content() {
    return train.stream()
        .map(file -> file.getPath().getName() + " " + file.getLen() + "\n")
        .collect(Collectors.joining());
  }

  @Override
  public String toString() {
    return name;
  }

  /** Returns the training documents, in order. */
  JavaRDD<String> train(JavaSparkContext context) {
    JavaRDD<String> all = documents(context, train);
    Function<String, Boolean> heldOut = heldOut(form, pairs);
    return valid.isEmpty() ? all.filter(document -> !heldOut.call(document)) : all;
  }

  /** Returns the validation documents, in order. */
  JavaRDD<String> valid(JavaSparkContext context) {
    return valid.isEmpty()
        ? documents(context, train).filter(heldOut(form, pairs))
        : documents(context, valid);
  }

  /**
   * Equal texts, whatever their class, and translations of the same sentence are in the same set.
   */
  private static Function<String, Boolean> heldOut(Texts.Form form, boolean pairs) {
    return document -> {
      int tab = form == Texts.Form.LINE ? document.indexOf('\t') : -1;
      String text =
          tab < 0 ? document : pairs ? document.substring(0, tab) : document.substring(tab + 1);
      return Math.floorMod(CounterRandom.fold(0, text), HELD_OUT) == 0;
    };
  }

  private JavaRDD<String> documents(JavaSparkContext context, List<FileStatus> files) {
    Configuration configuration = new Configuration(context.hadoopConfiguration());
    if (form == Texts.Form.TEXT) {
      configuration.set("textinputformat.record.delimiter", form.separator);
    }
    Texts.Form ofFiles = form;
    String source = name;
    JavaRDD<String> all = context.emptyRDD();
    for (FileStatus file : files) {
      all =
          all.union(
              context
                  .newAPIHadoopFile(
                      file.getPath().toString(),
                      TextInputFormat.class,
                      LongWritable.class,
                      Text.class,
                      configuration)
                  .flatMap(record -> ofFiles.documents(decode(record._2(), source)).iterator()));
    }
    return all;
  }

  private static String decode(Text record, String source) {
    try {
      return withoutMark(Text.decode(record.getBytes(), 0, record.getLength(), false));
    } catch (CharacterCodingException e) {
      throw new UncheckedIOException("text " + source + " is not UTF-8", e);
    }
  }

  private static String withoutMark(String text) {
    return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
  }
}
