package io.evomoe.models.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.util.Utils;
import ai.djl.util.cuda.CudaUtils;
import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.internal.natives.NativeFolders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens DJL's tokenizer without network. By default, DJL sends usage data when it loads, and may
 * download a library if it sees a GPU. It also warns of a CUDA runtime without a GPU, and truncates
 * texts at 512 tokens. Its native code goes to a folder that no other user can write to ({@link
 * NativeFolders}).
 */
final class OfflineTokenizers {
  private static final Logger log = LoggerFactory.getLogger(OfflineTokenizers.class);

  private static final String FOLDER = "ENGINE_CACHE_DIR";
  private static final Map<String, String> PLAIN =
      Map.of("truncation", "false", "padding", "false", "addSpecialTokens", "false");

  private OfflineTokenizers() {}

  /** Opens a tokenizer and restores the system properties afterwards. */
  static synchronized HuggingFaceTokenizer open(JsonNode json, Path folder) {
    Map<String, @Nullable String> before = new HashMap<>();
    switches().forEach((name, value) -> before.put(name, System.setProperty(name, value)));
    setGpuWarnings(false);
    try {
      byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
      return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), PLAIN);
    } catch (EngineException e) {
      throw new IllegalStateException("the tokenizers library does not run on this machine", e);
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "tokenizer in %s is damaged: %s".formatted(folder, e.getMessage()), e);
    } finally {
      before.forEach(OfflineTokenizers::restore);
      setGpuWarnings(true);
    }
  }

  private static void setGpuWarnings(boolean on) {
    try {
      Field logging = CudaUtils.class.getDeclaredField("logging");
      logging.setAccessible(true);
      logging.setBoolean(null, on);
    } catch (ReflectiveOperationException | RuntimeException e) {
      log.debug("Another version of DJL: it may warn of a GPU", e);
    }
  }

  private static Map<String, String> switches() {
    Map<String, String> switches =
        new HashMap<>(Map.of("ai.djl.offline", "true", "OPT_OUT_TRACKING", "true"));
    boolean asked =
        Stream.of(FOLDER, "DJL_CACHE_DIR").anyMatch(n -> Utils.getEnvOrSystemProperty(n) != null);
    if (asked) {
      NativeFolders.requireOwn(Utils.getEngineCacheDir(), FOLDER);
    } else {
      switches.put(FOLDER, NativeFolders.root().resolve("djl").toString());
    }
    return switches;
  }

  private static void restore(String name, @Nullable String value) {
    if (value == null) {
      System.clearProperty(name);
    } else {
      System.setProperty(name, value);
    }
  }
}
