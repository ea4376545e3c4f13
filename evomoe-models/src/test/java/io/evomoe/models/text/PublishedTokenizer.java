package io.evomoe.models.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.models.internal.tokenizer.ByteAlphabet;
import io.evomoe.models.internal.tokenizer.BytePairVocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Tokenizers in the exact structure of published files, with a vocabulary of a few hundred tokens:
 * merges that our own trainer learnt, and the added tokens of the original.
 */
public enum PublishedTokenizer {
  /** Llama 3: 256 special tokens behind the vocabulary, words that are tokens are not merged. */
  LLAMA3 {
    @Override
    public ObjectNode tokenizer() {
      ObjectNode tokenizer = JsonNodeFactory.instance.objectNode();
      ArrayNode added = tokenizer.putArray("added_tokens");
      List<String> first =
          List.of("begin_of_text", "end_of_text", "res_0", "res_1", "res_2", "res_3");
      List<String> second = List.of("start_header_id", "end_header_id", "res_4", "eot_id");
      int id = VOCABULARY.tokens().size() + 1;
      for (List<String> names :
          List.of(first, second, IntStream.range(5, 251).mapToObj(i -> "res_" + i).toList())) {
        for (String name : names) {
          String content = "<|" + name.replace("res_", "reserved_special_token_") + "|>";
          added.add(token(id++, content, false, true));
        }
      }
      tokenizer.putNull("normalizer");
      tokenizer.set("pre_tokenizer", split("{1,3}", true));
      ObjectNode processor = tokenizer.putObject("post_processor").put("type", "Sequence");
      ArrayNode processors = processor.putArray("processors").add(byteLevel(true, true));
      processors.addObject().put("type", "TemplateProcessing").putArray("single");
      tokenizer.set("decoder", byteLevel(true, true));
      ObjectNode model = model(tokenizer, VOCABULARY.tokens(), 0).put("ignore_merges", true);
      ((ObjectNode) model.get("vocab")).put(UNREACHED, VOCABULARY.tokens().size());
      VOCABULARY.merges().forEach(model.putArray("merges")::add);
      return tokenizer;
    }

    @Override
    String config() {
      return "{\"bos_token\":\"<|begin_of_text|>\",\"eos_token\":\"<|eot_id|>\"}";
    }
  },

  /** Qwen2 and Qwen3: NFC, single digits, merges as pairs, added tokens that are not special. */
  QWEN2 {
    @Override
    public ObjectNode tokenizer() {
      ObjectNode tokenizer = JsonNodeFactory.instance.objectNode();
      ArrayNode added = tokenizer.putArray("added_tokens");
      int size = VOCABULARY.tokens().size();
      added.add(token(size, "<|endoftext|>", false, true));
      added.add(token(size + 1, "<|im_start|>", false, true));
      added.add(token(size + 2, "<|im_end|>", false, true));
      added.add(token(size + 3, "<think>", false, false));
      added.add(token(size + 4, "</think>", false, false));
      tokenizer.putObject("normalizer").put("type", "NFC");
      tokenizer.set("pre_tokenizer", split("", false));
      tokenizer.set("post_processor", byteLevel(false, false));
      tokenizer.set("decoder", byteLevel(false, false));
      ObjectNode model = model(tokenizer, VOCABULARY.tokens(), 0);
      ArrayNode merges = model.putArray("merges");
      for (String merge : VOCABULARY.merges()) {
        String[] parts = merge.split(" ", -1);
        merges.addArray().add(parts[0]).add(parts[1]);
      }
      return tokenizer;
    }

    @Override
    String config() {
      return "{\"bos_token\":null,\"eos_token\":\"<|im_end|>\",\"pad_token\":\"<|endoftext|>\"}";
    }
  },

  /**
   * OLMoE: GPT-NeoX's words and NFC, runs of 24 to 2 spaces as added tokens, which are all in the
   * vocabulary, and no bytes that UTF-8 does not have.
   */
  OLMOE {
    @Override
    public ObjectNode tokenizer() {
      ObjectNode tokenizer = JsonNodeFactory.instance.objectNode();
      ArrayNode added = tokenizer.putArray("added_tokens");
      added.add(token(0, "|||IP_ADDRESS|||", true, false));
      added.add(token(1, "<|padding|>", false, true));
      int size = TOKENS_OF_UTF8.size() + 2;
      for (int spaces = 24; spaces >= 2; spaces--) {
        added.add(token(size + 24 - spaces, " ".repeat(spaces), true, false));
      }
      added.add(token(size + 23, "|||EMAIL_ADDRESS|||", true, false));
      added.add(token(size + 24, "|||PHONE_NUMBER|||", true, false));
      added.add(token(size + 25, "<|endoftext|>", false, true));
      tokenizer.putObject("normalizer").put("type", "NFC");
      tokenizer.set("pre_tokenizer", byteLevel(true, true).put("add_prefix_space", false));
      tokenizer.putObject("post_processor").put("type", "TemplateProcessing");
      tokenizer.set("decoder", byteLevel(true, true));
      ObjectNode model = model(tokenizer, TOKENS_OF_UTF8, 2);
      ObjectNode vocabulary = (ObjectNode) model.get("vocab");
      added.forEach(token -> vocabulary.set(token.get("content").textValue(), token.get("id")));
      VOCABULARY.merges().forEach(model.putArray("merges")::add);
      return tokenizer;
    }

    @Override
    String config() {
      return "{\"eos_token\":{\"content\":\"<|endoftext|>\"},\"pad_token\":\"<|padding|>\"}";
    }
  };

  /** A token of Llama 3's vocabulary to which no merges lead. */
  static final String UNREACHED = "\u0120qzjxv";

  static final String ENGLISH =
      "It's the people's power, and we've held it since 1790.\nWE'LL see, 1791, 1792 and 1793\n\n"
          + "The Congress of the United States  \n  has 12345 \t members, café!!\r\n(179)";

  static final BytePairVocabulary VOCABULARY =
      BytePairVocabulary.train(
          List.of((ENGLISH + String.join(" ", OddText.SAMPLES)).repeat(3)),
          500,
          SpecialTokens.GPT,
          TextProgress.NONE);

  private static final List<String> TOKENS_OF_UTF8 =
      VOCABULARY.tokens().stream()
          .filter(t -> ByteAlphabet.ofUtf8().contains(t) || !ByteAlphabet.symbols().contains(t))
          .toList();

  public abstract ObjectNode tokenizer();

  abstract String config();

  /** Writes {@code tokenizer.json} and {@code tokenizer_config.json}. */
  public Path write(Path folder) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer().toString());
    Files.writeString(folder.resolve("tokenizer_config.json"), config());
    return folder;
  }

  private static ObjectNode token(int id, String content, boolean normalized, boolean special) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", id)
        .put("content", content)
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", normalized)
        .put("special", special);
  }

  private static ObjectNode split(String digits, boolean trim) {
    ObjectNode sequence = JsonNodeFactory.instance.objectNode().put("type", "Sequence");
    ArrayNode parts = sequence.putArray("pretokenizers");
    ObjectNode split = parts.addObject().put("type", "Split");
    split
        .putObject("pattern")
        .put(
            "Regex",
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
                + digits
                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");
    split.put("behavior", "Isolated").put("invert", false);
    parts.add(byteLevel(false, trim).put("use_regex", false));
    return sequence;
  }

  private static ObjectNode byteLevel(boolean prefix, boolean trim) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", prefix)
        .put("trim_offsets", trim)
        .put("use_regex", true);
  }

  private static ObjectNode model(ObjectNode tokenizer, List<String> tokens, int firstId) {
    ObjectNode model = tokenizer.putObject("model").put("type", "BPE").putNull("dropout");
    model.putNull("unk_token").put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.put("fuse_unk", false).put("byte_fallback", false);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int i = 0; i < tokens.size(); i++) {
      vocabulary.put(tokens.get(i), firstId + i);
    }
    return model;
  }
}
