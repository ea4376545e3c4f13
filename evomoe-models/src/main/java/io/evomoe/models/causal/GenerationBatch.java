package io.evomoe.models.causal;

import io.evomoe.kernel.Kernels;
import io.evomoe.kernel.RepeatedArrays;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.nn.KeyValueCache;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.TokenBatch;
import io.evomoe.nn.internal.Workspaces;
import io.evomoe.step.StepContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Texts of any lengths that are continued together. They join and leave between steps (continuous
 * batching, Yu et al. 2022, Orca). A text gets the same tokens in any company, to the bit: prompts
 * are read alone, and a {@link KeyValueCache#joint} cache keeps the rows of texts independent.
 *
 * <p>Texts share a pass if their caches have the same capacity: a power of two, or the model's
 * positions. Beyond the model's positions every token shifts the window by one and changes all
 * positions, so the whole window of such a text is computed again.
 *
 * <p>For one thread. Memory grows with the largest number of texts so far, until closing. Kernels
 * may hold a second copy of the weights until then ({@link Kernels#hold}), so the model must not be
 * trained meanwhile.
 */
public final class GenerationBatch implements AutoCloseable {
  private static final String WORKSPACE = "EVOMOE_GENERATION";
  private static final int LEAST_CAPACITY = 32;

  private final CausalLanguageModel model;
  private final StepContext context;
  private final int tokens;
  private final List<Text> unread = new ArrayList<>();
  private final List<Text> shifting = new ArrayList<>();
  private final List<Lane> lanes = new ArrayList<>();
  private final Runnable release;

  GenerationBatch(CausalLanguageModel model, StepContext context, int tokens) {
    this.model = model;
    this.context = context;
    this.tokens = tokens;
    this.release = model.kernels().hold(model.parameters().stream().map(Parameter::value).toList());
  }

  /**
   * Adds a text, whose prompt is read in the next step.
   *
   * @param prompt at least one id; only the last {@link LanguageModelConfig#positions()} are read
   */
  public Text join(int[] prompt, GenerationConfig config) {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("prompt must have at least 1 token, had 0");
    }
    Text text = new Text(prompt, config);
    if (!text.isFull()) {
      unread.add(text);
    }
    return text;
  }

  /** Removes a text; does nothing if it has left already. */
  public void leave(Text text) {
    if (!unread.remove(text) && !shifting.remove(text)) {
      lanes.forEach(lane -> lane.leave(text));
    }
  }

  /** Returns the number of texts. */
  public int size() {
    return unread.size()
        + shifting.size()
        + lanes.stream().mapToInt(lane -> lane.texts.size()).sum();
  }

  /**
   * Adds a token to each text. Texts with all of their new tokens leave.
   *
   * @return the texts that got a token
   */
  public List<Text> step() {
    List<Text> continued = new ArrayList<>();
    List<Text> joined = List.copyOf(unread);
    unread.clear();
    for (Text text : List.copyOf(shifting)) {
      add(text, shifted(text), 0);
      continued.add(text);
    }
    lanes.forEach(lane -> continued.addAll(lane.step()));
    for (Text text : joined) {
      read(text);
      continued.add(text);
    }
    continued.stream().filter(Text::isFull).forEach(this::leave);
    return continued;
  }

  private void read(Text text) {
    if (text.length > model.config().positions()) {
      shifting.add(text);
      add(text, shifted(text), 0);
      return;
    }
    int[] ids = text.ids();
    try (KeyValueCache own = model.newCache(1, ids.length)) {
      TokenBatch prompt = TokenBatch.of(ids.length, ids);
      add(text, logits(() -> model.nextTokenLogits(prompt, context, own)), 0);
      if (!text.isFull()) {
        lane(capacity(text)).join(text, own);
      }
    }
  }

  private int capacity(Text text) {
    int capacity = LEAST_CAPACITY;
    while (capacity < Math.min(text.end, model.config().positions())) {
      capacity *= 2;
    }
    return Math.min(capacity, model.config().positions());
  }

  private Lane lane(int capacity) {
    for (Lane lane : lanes) {
      boolean free = lane.texts.size() < model.kernels().jointRows() && !lane.cache.isFull();
      if (free && lane.cache.capacity() == capacity) {
        return lane;
      }
    }
    Lane added = new Lane(capacity);
    lanes.add(added);
    return added;
  }

  private double[] shifted(Text text) {
    int[] window =
        Arrays.copyOfRange(text.ids, text.length - model.config().positions(), text.length);
    return logits(() -> model.nextTokenLogits(TokenBatch.of(window.length, window), context));
  }

  private double[] logits(Supplier<INDArray> pass) {
    try (MemoryWorkspace ignored = Workspaces.open(WORKSPACE)) {
      return model.kernels().read(pass.get());
    }
  }

  private void add(Text text, double[] logits, int row) {
    int from = row * model.config().vocabulary();
    double[] own = Arrays.copyOfRange(logits, from, from + tokens);
    text.add(TokenChoice.of(own, text.ids(), text.length, text.config));
  }

  /** Frees the memory of all texts. */
  @Override
  public void close() {
    lanes.forEach(Lane::close);
    release.run();
    lanes.clear();
    Workspaces.free(WORKSPACE);
  }

  /** Texts that share a cache, in its order. */
  private final class Lane {
    private final KeyValueCache cache;
    private final RepeatedArrays arrays = new RepeatedArrays();
    private final List<Text> texts = new ArrayList<>();

    Lane(int capacity) {
      cache = KeyValueCache.joint(capacity, model.kernels());
    }

    void join(Text text, KeyValueCache own) {
      cache.join(own);
      texts.add(text);
    }

    void leave(Text text) {
      int i = texts.indexOf(text);
      if (i >= 0) {
        cache.leave(i);
        Text last = texts.remove(texts.size() - 1);
        if (i < texts.size()) {
          texts.set(i, last);
        }
      }
    }

    List<Text> step() {
      for (Text text : List.copyOf(texts)) {
        if (text.length > model.config().positions()) {
          leave(text);
          shifting.add(text);
        }
      }
      List<Text> continued = List.copyOf(texts);
      if (!continued.isEmpty()) {
        TokenBatch read = lastTokens();
        double[] logits =
            logits(() -> arrays.repeat(() -> model.nextTokenLogits(read, context, cache)));
        for (int i = 0; i < continued.size(); i++) {
          add(continued.get(i), logits, i);
        }
      }
      return continued;
    }

    void close() {
      cache.close();
      arrays.close();
    }

    private TokenBatch lastTokens() {
      int rows = model.kernels().filled(texts.size());
      int[] ids = new int[rows];
      boolean[] padding = new boolean[rows];
      Arrays.fill(padding, texts.size(), rows, true);
      for (int i = 0; i < texts.size(); i++) {
        ids[i] = texts.get(i).last();
      }
      return new TokenBatch(1, ids, padding);
    }
  }

  /** A prompt and its continuation. */
  public static final class Text {
    private final GenerationConfig config;
    private final int prompt;
    private final int end;
    private int[] ids;
    private int length;

    private Text(int[] prompt, GenerationConfig config) {
      this.config = config;
      this.prompt = prompt.length;
      this.end = (int) Math.min(Integer.MAX_VALUE, (long) prompt.length + config.maxNewTokens());
      this.ids = prompt.clone();
      this.length = prompt.length;
    }

    /** Returns whether the text has all of its new tokens. */
    public boolean isFull() {
      return length == end;
    }

    /** Returns the last token. */
    public int last() {
      return ids[length - 1];
    }

    /** Returns a copy of the prompt and all new tokens. */
    public int[] ids() {
      return Arrays.copyOf(ids, length);
    }

    /** Returns a copy of the new tokens. */
    public int[] newIds() {
      return Arrays.copyOfRange(ids, prompt, length);
    }

    private void add(int id) {
      if (length == ids.length) {
        ids = Arrays.copyOf(ids, (int) Math.min(end, 2L * length + 16));
      }
      ids[length] = id;
      length++;
    }
  }
}
