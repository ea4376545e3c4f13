package io.evomoe.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where a process takes connections, by what Linux says in {@code /proc}. */
final class ListeningSockets {
  private static final Path NET = Path.of("/proc/net");
  private static final Pattern LISTENING =
      Pattern.compile(" *\\d+: ([0-9A-F]+):[0-9A-F]{4} \\S+ 0A (?:\\S+ +){5}(\\d+) .*");
  private static final Pattern LOOPBACK =
      Pattern.compile("[0-9A-F]{6}7F|0{16}FFFF0000[0-9A-F]{6}7F|0{24}01000000");

  private ListeningSockets() {}

  static boolean canBeListed() {
    return Files.isReadable(NET.resolve("tcp"));
  }

  /** The addresses that it listens on, as Linux writes them. */
  static List<String> of(ProcessHandle process) {
    List<String> own = inodes(process);
    List<String> addresses = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : lines(NET.resolve(table))) {
        Matcher socket = LISTENING.matcher(line);
        if (socket.matches() && own.contains("socket:[" + socket.group(2) + "]")) {
          addresses.add(socket.group(1));
        }
      }
    }
    return addresses;
  }

  static boolean isLoopback(String address) {
    return LOOPBACK.matcher(address).matches();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> inodes(ProcessHandle process) {
    List<String> links = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
      for (Path file : files.toList()) {
        links.add(target(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return links;
  }

  /** Of a file that was closed meanwhile: nothing. */
  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }
}
