package io.evomoe.bench.example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The documentation, for tests that hold it to the code. */
public final class Pages {
  /** The folder of the project. */
  public static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..").normalize();

  private static final Set<String> MADE = Set.of("target", "node_modules", "runs", "results");
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\S*)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  /**
   * A fenced block.
   *
   * @param place the page and the line it begins at
   * @param language as the fence says it; empty where it does not
   * @param text between the fences
   */
  public record Block(String place, String language, String text) {
    @Override
    public String toString() {
      return place;
    }
  }

  private Pages() {}

  /** All pages that people wrote, decisions included, by their paths in the project. */
  public static List<String> all() {
    try (Stream<Path> top = Files.list(ROOT)) {
      List<String> pages = new ArrayList<>();
      for (Path path : top.sorted().toList()) {
        boolean hidden = path.getFileName().toString().startsWith(".");
        if (!hidden && !MADE.contains(path.getFileName().toString())) {
          collect(path, pages);
        }
      }
      return pages;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void collect(Path path, List<String> pages) throws IOException {
    if (Files.isDirectory(path)) {
      try (Stream<Path> inside = Files.list(path)) {
        for (Path file : inside.sorted().toList()) {
          if (!MADE.contains(file.getFileName().toString())) {
            collect(file, pages);
          }
        }
      }
    } else if (path.toString().endsWith(".md")) {
      pages.add(ROOT.relativize(path).toString());
    }
  }

  /** The text of a page. */
  public static String text(String page) {
    try {
      return Files.readString(ROOT.resolve(page));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The fenced blocks of a page, in their order. */
  public static List<Block> blocks(String page) {
    String text = text(page);
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      long line = text.substring(0, matcher.start()).chars().filter(c -> c == '\n').count() + 1;
      blocks.add(new Block(page + ":" + line, matcher.group(1), matcher.group(2)));
    }
    return blocks;
  }

  /** Those of a language. */
  static List<Block> blocks(String page, String language) {
    return blocks(page).stream().filter(block -> block.language().equals(language)).toList();
  }
}
