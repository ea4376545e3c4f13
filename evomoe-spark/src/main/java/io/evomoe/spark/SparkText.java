package io.evomoe.spark;

import io.evomoe.run.task.Tasks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * All text of a run. Document {@code i} of all sources, one after another, is in share {@code i mod
 * K}. So it depends only on the text and the number of shares, not on the files' partitions or
 * readers.
 *
 * @param context cluster
 * @param sources one per path
 */
record SparkText(JavaSparkContext context, List<HadoopSource> sources) {
  /** Characters of a source that the driver reads, for the tokenizer and for validation. */
  private static final long SAMPLE = 1L << 24;

  /**
   * Examines the paths.
   *
   * @param task that lines of two fields are for
   * @throws IllegalArgumentException if there is no text at one of the paths
   */
  static SparkText open(JavaSparkContext context, List<String> data, String task) {
    boolean pairs = task.equals(Tasks.TRANSLATION);
    return new SparkText(
        context,
        data.stream()
            .map(path -> HadoopSource.open(path, pairs, context.hadoopConfiguration()))
            .toList());
  }

  /** Returns an identifier of the files: names and lengths. */
  String content() {
    return sources.stream().map(HadoopSource::content).collect(Collectors.joining());
  }

  /** Returns the beginning of the training text. */
  Texts trainSample() {
    return sample(true);
  }

  /** Returns the beginning of the validation text. */
  Texts validSample() {
    Texts valid = sample(false);
    for (int i = 0; i < sources.size(); i++) {
      if (!valid.has(i)) {
        throw new IllegalArgumentException(
            ("text %s must have documents for validation (one in twenty is drawn), had none;"
                    + " give a folder with NAME.train.txt and NAME.valid.txt")
                .formatted(sources.get(i)));
      }
    }
    return valid;
  }

  private Texts sample(boolean train) {
    Texts texts = new Texts(forms());
    for (int i = 0; i < sources.size(); i++) {
      HadoopSource source = sources.get(i);
      JavaRDD<String> documents = train ? source.train(context) : source.valid(context);
      long left = SAMPLE;
      for (Iterator<String> all = documents.toLocalIterator(); left > 0 && all.hasNext(); ) {
        String document = all.next();
        texts.add(i, document);
        left -= document.length();
      }
    }
    return texts;
  }

  private List<Texts.Form> forms() {
    return sources.stream().map(HadoopSource::form).toList();
  }

  /**
   * Returns one share per partition.
   *
   * @throws IllegalArgumentException if there are fewer documents than shares
   */
  JavaRDD<Texts> shares(int count) {
    JavaRDD<Tuple2<Integer, String>> texts = context.emptyRDD();
    for (int i = 0; i < sources.size(); i++) {
      int source = i;
      texts = texts.union(sources.get(i).train(context).map(text -> new Tuple2<>(source, text)));
    }
    JavaPairRDD<Tuple2<Integer, String>, Long> documents = texts.zipWithIndex();
    long all = documents.count();
    if (all < count) {
      throw new IllegalArgumentException(
          "workers must be at most the %d documents of %s, was %d".formatted(all, sources, count));
    }
    List<Texts.Form> forms = new ArrayList<>(forms());
    return documents
        .mapToPair(document -> new Tuple2<>((int) (document._2() % count), document))
        .partitionBy(new HashPartitioner(count))
        .values()
        .mapPartitions(share -> List.of(texts(share, forms)).iterator(), true);
  }

  /** Of pairs of a source's document and its index in the text of all sources. */
  private static Texts texts(
      Iterator<Tuple2<Tuple2<Integer, String>, Long>> share, List<Texts.Form> forms) {
    List<Tuple2<Tuple2<Integer, String>, Long>> documents = new ArrayList<>();
    share.forEachRemaining(documents::add);
    documents.sort(Comparator.comparing(Tuple2::_2));
    Texts texts = new Texts(forms);
    documents.forEach(document -> texts.add(document._1()._1(), document._1()._2()));
    return texts;
  }
}
