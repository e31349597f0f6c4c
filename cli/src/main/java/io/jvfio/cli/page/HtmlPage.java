// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.page;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What all pages are made of.
 *
 * <p>Threads: stateless.
 */
public final class HtmlPage {
    private static final String STYLE = """
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 1100px; color: #222; }
            h1 { font-size: 1.4em; margin-bottom: 0; } h2 { font-size: 1.1em; margin-top: 2em; }
            .table { overflow-x: auto; } table { border-collapse: collapse; }
            th, td { padding: 2px 12px; text-align: right; white-space: nowrap; }
            th { border-bottom: 1px solid #888; font-weight: 600; } td { border-bottom: 1px solid #ddd; }
            .name { text-align: left; white-space: normal; }
            svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: #444; }
            .narrow { display: none; }
            @media (max-width: 640px) { body { margin: 1em 12px; } th, td { padding: 2px 6px; }
              .wide { display: none; } .narrow { display: block; } }
            .bar { min-width: 10em; text-align: left; } .bar span { display: inline-block; height: 0.7em; background: #1b6ca8; }
            .axis { stroke: #999; } .grid { stroke: #e4e4e4; }
            @media (prefers-color-scheme: dark) { body { background: #181818; color: #ddd; } svg text { fill: #bbb; }
              .grid { stroke: #333; } td { border-color: #333; } }
            """;

    private HtmlPage() {}

    /**
     * A whole page.
     *
     * @param title what was measured, as text
     * @param subtitles how and where, a line of text each
     * @param body what follows, in HTML
     */
    public static String of(String title, List<String> subtitles, String body) {
        String name = escape(title);
        return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                + "<meta name=\"viewport\" content=\"width=device-width\">"
                + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
                + "<title>" + name + "</title>\n<style>\n" + STYLE + "</style></head>\n<body>\n<h1>" + name
                + "</h1>\n<p>"
                + subtitles.stream().map(HtmlPage::escape).collect(Collectors.joining("<br>")) + "</p>\n" + body
                + "</body></html>\n";
    }

    /** Names come from devices: none may become markup. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
