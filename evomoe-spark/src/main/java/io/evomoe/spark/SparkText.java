package io.evomoe.spark;

import io.evomoe.run.task.Tasks;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * All text of a run. Document {@code i} of all sources, one after another, is in share {@code i mod
 * K}. So it depends only on the text and the number of shares, not on the files' partitions or
 * readers.
 */
final class SparkText {
  /** Characters of a source that the driver reads, for the tokenizer and for validation. */
  private static final long SAMPLE = 1L << 24;

  private final JavaSparkContext context;
  private final List<HadoopSource> sources;

  private SparkText(JavaSparkContext context, List<HadoopSource> sources) {
    this.context = context;
    this.sources = sources;
  }

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
    StringBuilder all = new StringBuilder();
    sources.forEach(source -> all.append(source.content()));
    return all.toString();
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

  private List<DocumentForm> forms() {
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
    JavaRDD<Document> documents =
        texts.zipWithIndex().map(pair -> new Document(pair._1()._1(), pair._2(), pair._1()._2()));
    long all = documents.count();
    if (all < count) {
      throw new IllegalArgumentException(
          "workers must be at most the %d documents of %s, was %d".formatted(all, sources, count));
    }
    List<DocumentForm> forms = new ArrayList<>(forms());
    JavaPairRDD<Integer, Document> byShare =
        documents
            .mapToPair(d -> new Tuple2<>((int) (d.index() % count), d))
            .partitionBy(new HashPartitioner(count));
    return byShare.values().mapPartitions(share -> List.of(texts(share, forms)).iterator(), true);
  }

  private static Texts texts(Iterator<Document> share, List<DocumentForm> forms) {
    List<Document> documents = new ArrayList<>();
    share.forEachRemaining(documents::add);
    documents.sort(Document.ORDER);
    Texts texts = new Texts(forms);
    documents.forEach(document -> texts.add(document.source(), document.text()));
    return texts;
  }
}
