using System.Globalization;
using System.Security;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RagChat.Tests;

/// <summary>Draws what was written to a console: a line a text element, light or dark as the reader's system is, in the fonts that it has.</summary>
/// <param name="title">What the picture shows, for those who cannot see it.</param>
/// <param name="command">What was typed.</param>
internal sealed class SvgEncoder(string title, string command) : IAnsiConsoleEncoder
{
    private const int CharacterWidth = 8;
    private const int LineHeight = 18;
    private const int Margin = 16;

    private const string Style =
        """
          <style>
            rect { fill: #f6f8fa; stroke: #d1d9e0 }
            text { fill: #1f2328; font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace; white-space: pre }
            .gray { fill: #59636e }
            .green { fill: #1a7f37; font-weight: bold }
            .red { fill: #d1242f }
            .bold { font-weight: bold }
            @media (prefers-color-scheme: dark) {
              rect { fill: #0d1117; stroke: #3d444d }
              text { fill: #f0f6fc }
              .gray { fill: #9198a1 }
              .green { fill: #3fb950 }
              .red { fill: #f85149 }
            }
          </style>
        """;

    public string Encode(IAnsiConsole console, IEnumerable<IRenderable> renderable)
    {
        List<List<Segment>> lines = [[new Segment($"$ {command}", new Style(decoration: Decoration.Bold))], []];
        foreach (Segment segment in renderable.SelectMany(part => part.GetSegments(console)).Where(static segment => !segment.IsControlCode))
        {
            foreach ((int index, string text) in segment.Text.ReplaceLineEndings("\n").Split('\n').Index())
            {
                if (index > 0)
                {
                    lines.Add([]);
                }

                lines[^1].Add(new Segment(text, segment.Style));
            }
        }

        lines = [.. lines.Select(static line => TrimEnd(line))];
        while (lines[^1].Count == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        int width = (console.Profile.Width * CharacterWidth) + (2 * Margin);
        int height = (lines.Count * LineHeight) + (2 * Margin);
        var svg = new StringBuilder();
        Append(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\"");
        Append(svg, $" aria-labelledby=\"title\">\n  <title id=\"title\">{SecurityElement.Escape(title)}</title>\n");
        svg.Append(Style.ReplaceLineEndings("\n")).Append('\n');
        Append(svg, $"  <rect x=\"0.5\" y=\"0.5\" width=\"{width - 1}\" height=\"{height - 1}\" rx=\"6\"/>\n");
        foreach ((int index, List<Segment> line) in lines.Index())
        {
            AppendLine(svg, line, Margin + ((index + 1) * LineHeight) - 5);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static List<Segment> TrimEnd(List<Segment> line)
    {
        int count = line.FindLastIndex(static segment => !string.IsNullOrWhiteSpace(segment.Text)) + 1;
        return count == 0 ? [] : [.. line[..(count - 1)], new Segment(line[count - 1].Text.TrimEnd(), line[count - 1].Style)];
    }

    // Each part has its place and length, so that columns stay columns in any font.
    private static void AppendLine(StringBuilder svg, List<Segment> line, int y)
    {
        Append(svg, $"  <text y=\"{y}\">");
        int column = 0;
        foreach (IGrouping<int, Segment> run in Runs(line))
        {
            string text = string.Concat(run.Select(static segment => segment.Text));
            int length = Segment.CellCount([.. run]);
            string style = run.Select(static segment => Class(segment)).FirstOrDefault(static name => name.Length > 0) ?? "";
            string @class = style.Length > 0 ? $" class=\"{style}\"" : "";
            Append(svg, $"<tspan x=\"{Margin + (column * CharacterWidth)}\" textLength=\"{length * CharacterWidth}\"{@class}>");
            svg.Append(SecurityElement.Escape(text)).Append("</tspan>");
            column += length;
        }

        svg.Append("</text>\n");
    }

    // Neighbors of one style; white space joins what is before it.
    private static IEnumerable<IGrouping<int, Segment>> Runs(List<Segment> line)
    {
        int run = 0;
        string style = "";
        List<(int Run, Segment Segment)> numbered = [];
        foreach (Segment segment in line)
        {
            string next = Class(segment);
            if (next != style && !string.IsNullOrWhiteSpace(segment.Text))
            {
                run++;
                style = next;
            }

            numbered.Add((run, segment));
        }

        return numbered.GroupBy(static pair => pair.Run, static pair => pair.Segment);
    }

    private static string Class(Segment segment) =>
        segment.Style.Foreground == Color.Green ? "green"
        : segment.Style.Foreground == Color.Red ? "red"
        : segment.Style.Foreground == Color.Grey ? "gray"
        : segment.Style.Decoration.HasFlag(Decoration.Bold) ? "bold"
        : "";

    private static void Append(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture));
}
