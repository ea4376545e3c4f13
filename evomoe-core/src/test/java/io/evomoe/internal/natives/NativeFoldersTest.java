package io.evomoe.internal.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.factory.Nd4j;

/** Native code is loaded from no folder that others can write to. */
@DisabledOnOs(OS.WINDOWS)
class NativeFoldersTest {
  @TempDir private Path folder;

  @Test
  void should_make_a_folder_for_the_owner_alone() throws IOException {
    Path home = Files.createDirectory(folder.resolve("home"));

    Path found = NativeFolders.find(home);

    assertThat(found).isEqualTo(home.resolve(".cache/evomoe/native"));
    for (String made : List.of("native", "../evomoe", "../../.cache")) {
      assertThat(permissions(found.resolveSibling(made))).isEqualTo("rwx------");
    }
    assertThat(found).isEmptyDirectory();
    assertThat(NativeFolders.find(home)).isEqualTo(found);
  }

  @Test
  void should_leave_a_folder_that_is_a_link_or_that_others_can_write_to() throws IOException {
    Path home = folder.resolve("home");
    Path planted = Files.createDirectories(home.resolve(".cache/evomoe")).resolve("native");
    Files.createSymbolicLink(planted, Files.createDirectory(folder.resolve("theirs")));
    assertPrivate(NativeFolders.find(home));

    Files.delete(planted);
    Files.createDirectory(planted);
    Files.setPosixFilePermissions(planted, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertPrivate(NativeFolders.find(home));

    Files.setPosixFilePermissions(planted, PosixFilePermissions.fromString("rwx------"));
    assertThat(NativeFolders.find(home)).isEqualTo(planted);
  }

  @Test
  void should_leave_a_folder_of_another_user() throws IOException {
    Path home = folder.resolve("home");
    Path theirs = Files.createDirectories(home.resolve(".cache/evomoe/native"));
    Files.setPosixFilePermissions(theirs, PosixFilePermissions.fromString("rwx------"));
    UserPrincipal own = Files.getOwner(theirs);
    if (own.getName().equals("root")) {
      Files.setAttribute(theirs, "unix:uid", 12345);
      assertPrivate(NativeFolders.find(home));
      assertThat(NativeFolders.fault(theirs, own)).isEqualTo("belongs to another user");
    } else {
      UserPrincipal other = Files.getOwner(Path.of("/"));
      assertThat(NativeFolders.fault(theirs, other)).isEqualTo("belongs to another user");
    }
  }

  @Test
  void should_refuse_a_folder_that_was_named_and_is_not_safe() throws IOException {
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));

    assertThatThrownBy(() -> NativeFolders.requireOwn(open, "SETTING"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "native code must be unpacked to a folder that nobody else can change, "
                + open
                + " can be written to by others: name another with SETTING");
    Path made = folder.resolve("made");
    NativeFolders.requireOwn(made, "SETTING");
    assertThat(permissions(made)).isEqualTo("rwx------");
  }

  @Test
  void nd4j_should_be_unpacked_there_also_where_it_is_called_first() throws IOException {
    assertThat(Nd4j.scalar(1).getInt(0)).isEqualTo(1);

    assertThat(Loader.getCacheDir().toPath()).startsWith(NativeFolders.root());
    assertThat(NativeFolders.root()).isDirectory();
    assertThat(permissions(NativeFolders.root())).isEqualTo("rwx------");
  }

  @Test
  void should_load_nothing_from_a_planted_folder_where_there_is_no_home() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    Path planted = temporary.resolve(".javacpp-" + System.getProperty("user.name") + "/cache");
    Path library = plant(planted);
    byte[] before = Files.readAllBytes(library);
    Path noHome = Files.createFile(folder.resolve("file")).resolve("home");

    List<String> said = run(noHome, temporary);

    assertThat(said).hasSize(3);
    assertThat(said.get(0)).startsWith(temporary + "/evomoe-native").endsWith("/javacpp");
    assertThat(said.get(1)).isEqualTo("rwx------");
    assertThat(said.get(2)).startsWith(temporary + "/evomoe-native").endsWith("/jna");
    assertThat(Files.readAllBytes(library)).isEqualTo(before);
    try (var left = Files.list(temporary)) {
      assertThat(left.map(Path::getFileName).map(Path::toString))
          .as("the private folder is deleted at exit")
          .containsExactly(".javacpp-" + System.getProperty("user.name"));
    }
  }

  /** What JavaCPP takes for its own library: size and time are those of the entry in its jar. */
  private static Path plant(Path cache) throws IOException {
    String name = "org/bytedeco/javacpp/" + Loader.getPlatform() + "/libjnijavacpp.so";
    URL real = Loader.class.getResource("/" + name);
    JarURLConnection jar = (JarURLConnection) Objects.requireNonNull(real).openConnection();
    Path file = cache.resolve(Path.of(jar.getJarFile().getName()).getFileName()).resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, new byte[Math.toIntExact(jar.getJarEntry().getSize())]);
    Files.setLastModifiedTime(file, FileTime.fromMillis(jar.getJarEntry().getTime()));
    return file;
  }

  private static List<String> run(Path home, Path temporary) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Duser.home=" + home);
    command.add("-Djava.io.tmpdir=" + temporary);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out.lines().filter(line -> line.startsWith("> ")).map(l -> l.substring(2)).toList();
  }

  /** Loads native code in a process of its own: JavaCPP's own, which all others need. */
  static final class Program {
    public static void main(String[] arguments) throws IOException {
      new Nd4jStart();
      Pointer.maxBytes();
      Path javacpp = Loader.getCacheDir().toPath();
      System.err.println("> " + javacpp);
      System.err.println("> " + permissions(javacpp.resolve("..")));
      System.err.println("> " + System.getProperty("jna.tmpdir"));
    }
  }

  private static void assertPrivate(Path found) throws IOException {
    assertThat(found.getParent()).isEqualTo(Path.of(System.getProperty("java.io.tmpdir")));
    assertThat(permissions(found)).isEqualTo("rwx------");
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
