// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.consumers;

import io.jvfio.tests.architecture.Repository;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * A Maven project that uses jvfio and is no part of its build. It is compiled and run against what this build made, with
 * what Maven would give it and nothing else: the modules that its POM names, and what those need at run time. That takes
 * javac and a JVM, and neither Maven, a repository nor the network.
 */
final class Consumer {
    private static final long LIMIT_SECONDS = 60;

    private static final Path TESTS = Path.of("src/test/java");

    /** How the project uses jvfio. */
    enum Use {
        MODULE_PATH,
        CLASS_PATH
    }

    /** What javac, or the program after it, said in the end. */
    record Outcome(boolean compiled, int status, String output) {}

    private final Path folder;
    private final Element pom;

    private Consumer(Path folder) {
        this.folder = folder;
        this.pom = parse(folder.resolve("pom.xml"));
    }

    static Consumer of(Path folder) {
        return new Consumer(folder);
    }

    /** What the POM says under this name. */
    String text(String element) {
        return textOf(pom, element);
    }

    /** The version of jvfio that this build makes. */
    static String builtVersion() {
        return textOf(parse(Repository.ROOT.resolve("pom.xml")), "version");
    }

    /**
     * Compiles the project as strictly as jvfio itself, and runs its program.
     *
     * @param classes an empty folder for what is compiled
     */
    Outcome run(Use use, Path classes) throws IOException, InterruptedException {
        boolean modular = use == Use.MODULE_PATH;
        String path = String.join(File.pathSeparator, libraries(false));
        Outcome compiled = compile(path, classes, modular);
        return compiled.compiled() ? start(path, classes, modular) : compiled;
    }

    boolean hasTests() {
        return Files.exists(folder.resolve(TESTS));
    }

    /**
     * Compiles the project and its tests as strictly as jvfio itself, and runs the tests, on the class path.
     *
     * @param classes an empty folder for what is compiled
     */
    Outcome test(Path classes) throws IOException, InterruptedException {
        String path = String.join(File.pathSeparator, libraries(true));
        Outcome compiled = compile(path, classes, false);
        if (!compiled.compiled()) {
            return compiled;
        }
        Path tests = Files.createDirectory(classes.resolveSibling("test-classes"));
        String withClasses = classes + File.pathSeparator + path;
        Outcome testsCompiled = javac("--class-path", withClasses, tests, sources(TESTS, false));
        if (!testsCompiled.compiled()) {
            return testsCompiled;
        }
        String runner = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.contains("junit-platform") || entry.contains("opentest4j") || isOurs(entry))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = java();
        command.add("--enable-native-access=ALL-UNNAMED");
        String all = String.join(File.pathSeparator, tests.toString(), withClasses, runner);
        Collections.addAll(command, "--class-path", all, ConsumerTests.class.getName(), tests.toString());
        return finish(command, classes);
    }

    /** The classes of these tests, of which one runs those of the project. */
    private static boolean isOurs(String entry) {
        return Path.of(entry).equals(Repository.ROOT.resolve("tests", "target", "test-classes"));
    }

    private Outcome compile(String path, Path classes, boolean modular) throws IOException {
        Outcome outcome = javac(
                modular ? "--module-path" : "--class-path", path, classes, sources(Path.of("src/main/java"), modular));
        copyResources(classes);
        return outcome;
    }

    private static Outcome javac(String pathOption, String path, Path classes, List<String> sources) {
        List<String> javac = new ArrayList<>(List.of("--release", "25", "-Xlint:all", "-Werror", "-proc:none"));
        Collections.addAll(javac, "-d", classes.toString(), pathOption, path);
        javac.addAll(sources);
        StringWriter said = new StringWriter();
        PrintWriter to = new PrintWriter(said);
        int status = ToolProvider.findFirst("javac").orElseThrow().run(to, to, javac.toArray(String[]::new));
        return new Outcome(status == 0, status, said.toString());
    }

    private static List<String> java() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ArrayList<>(
                List.of(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--illegal-native-access=deny"));
    }

    private Outcome start(String path, Path classes, boolean modular) throws IOException, InterruptedException {
        String all = classes + File.pathSeparator + path;
        List<String> command = java();
        if (modular) {
            String module = ModuleFinder.of(classes)
                    .findAll()
                    .iterator()
                    .next()
                    .descriptor()
                    .name();
            command.add("--enable-native-access=io.jvfio.core");
            Collections.addAll(command, "--module-path", all, "--module", module + "/" + text("main.class"));
        } else {
            command.add("--enable-native-access=ALL-UNNAMED");
            Collections.addAll(command, "--class-path", all, text("main.class"));
        }
        return finish(command, classes);
    }

    private static Outcome finish(List<String> command, Path classes) throws IOException, InterruptedException {
        Path output = Files.createTempFile(classes.getParent(), "output", ".txt");
        Process program = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!program.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            program.destroyForcibly().waitFor();
        }
        return new Outcome(true, program.exitValue(), Files.readString(output));
    }

    /** What lies beside the classes, such as the names of providers in {@code META-INF/services}. */
    private void copyResources(Path classes) throws IOException {
        Path resources = folder.resolve("src/main/resources");
        if (Files.notExists(resources)) {
            return;
        }
        try (Stream<Path> files = Files.walk(resources)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = classes.resolve(resources.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    private List<String> sources(Path below, boolean modular) throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve(below))) {
            return files.map(Path::toString)
                    .filter(file -> file.endsWith(".java") && (modular || !file.endsWith("module-info.java")))
                    .toList();
        }
    }

    /** JARs where this build goes as far as making them, as {@code verify} does, else folders of classes. */
    private Set<String> libraries(boolean tests) throws IOException {
        Set<String> paths = new LinkedHashSet<>();
        NodeList dependencies = pom.getElementsByTagName("dependency");
        for (int i = 0; i < dependencies.getLength(); i++) {
            Element dependency = (Element) dependencies.item(i);
            String artifact = textOf(dependency, "artifactId");
            if (!textOf(dependency, "groupId").equals("io.jvfio")) {
                throw new IllegalStateException(folder + " depends on more than jvfio: " + artifact);
            }
            if (!tests && dependency.getElementsByTagName("scope").getLength() > 0) {
                continue; // there is no other scope here than test
            }
            Path target = Repository.ROOT.resolve(artifact.substring("jvfio-".length()), "target");
            paths.add(built(target));
            String others = Files.readString(target.resolve("classpath.txt"));
            Stream.of(others.split(File.pathSeparator))
                    .filter(path -> !path.isBlank())
                    .forEach(paths::add);
        }
        return paths;
    }

    /** What is on the class path of this test. */
    private static String built(Path target) {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> Path.of(entry).startsWith(target))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(target + " is not on the class path"));
    }

    private static String textOf(Element parent, String name) {
        return parent.getElementsByTagName(name).item(0).getTextContent().strip();
    }

    private static Element parse(Path file) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(Repository.text(file).getBytes(StandardCharsets.UTF_8)))
                    .getDocumentElement();
        } catch (IOException | SAXException | ParserConfigurationException e) {
            throw new IllegalStateException("cannot read " + file, e);
        }
    }
}
