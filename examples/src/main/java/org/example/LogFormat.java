package org.example;

import io.evomoe.models.text.source.RecordFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** Files {@code NAME.log}: a line is a time, a space and a message, which is the text. */
public final class LogFormat implements RecordFormat {

  @Override
  public String id() {
    return "log";
  }

  @Override
  public List<String> endings() {
    return List.of("log");
  }

  @Override
  public String read(Request request, Records records) throws IOException {
    try (Stream<String> lines = Files.lines(request.file())) {
      long number = 0;
      for (Iterator<String> all = lines.iterator(); all.hasNext(); ) {
        String line = all.next();
        records.add(++number, () -> new String[] {message(line)});
      }
    }
    return "a log";
  }

  private static String message(String line) throws BadRecordException {
    int space = line.indexOf(' ');
    if (space < 0) {
      throw new BadRecordException("has no message");
    }
    return line.substring(space + 1);
  }
}
