package io.evomoe.models.text;

import io.evomoe.random.CounterRandom;
import java.util.List;

/** Texts that tokenizers get wrong. */
public final class OddText {
  public static final List<String> SAMPLES =
      List.of(
          "",
          " ",
          "\n",
          "  two  spaces   and more    ",
          "tabs\t\tand\r\nlines\n\n\nend\n",
          "it's I'll we've you're he'd I'm don't 'tis '' 'S x's 's",
          "1234 56,789.00 1st ² ½ Ⅷ ٣",
          "das Öl, naïve café, e\u0301",
          "我爱自然语言处理。日本語のテキスト 한국어",
          "עברית العربية हिन्दी ไทย",
          "👩‍👩‍👧‍👦 🇩🇪 👍🏽😀😀😀",
          "\u0000\u0001\u007f\u0080\u0085\u00a0\u00ad\u2003\u2028\u2029\u3000\u202f.\ufeff\uffff",
          "𝒜𝓑 𐍈 \ud83d\ude00 x",
          "hello <|endoftext|> world<|endoftext|>",
          "</s><mask> ### $$$ -- ... ?!");

  private static final int[][] RANGES = {
    {' ', '~'},
    {' ', ' '},
    {'\t', '\r'},
    {0x80, 0x24F},
    {0x370, 0x5FF},
    {0x900, 0x97F},
    {0x2000, 0x206F},
    {0x3040, 0x30FF},
    {0x4E00, 0x4FFF},
    {0x1F600, 0x1F64F},
    {0, 0x10FFFF}
  };

  private OddText() {}

  /** Random assigned characters from many scripts, up to 80 of them. */
  public static String random(long seed) {
    CounterRandom random = new CounterRandom(seed);
    StringBuilder text = new StringBuilder();
    int characters = random.below(80, 0);
    for (int i = 0; i < characters; i++) {
      int[] range = RANGES[random.below(RANGES.length, 3L * i + 1)];
      int codePoint = range[0] + random.below(range[1] - range[0] + 1, 3L * i + 2);
      int type = Character.getType(codePoint);
      if (type != Character.UNASSIGNED && type != Character.SURROGATE) {
        text.appendCodePoint(codePoint);
      }
    }
    return text.toString();
  }
}
