using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;

namespace Reranking.Tests;

/// <summary>No text, title or link can pass for another passage.</summary>
public sealed partial class CitationLawTests
{
    private const int Cases = 2_000;

    // What could end a line for a model, a program or a terminal, and what could look like the beginning of a passage.
    private static readonly string[] LineBreaks = ["\n", "\r", "\r\n", "\v", "\f", "\u001C", "\u001D", "\u001E", "\u0085", "\u2028", "\u2029", "\n\n", "\n \n"];

    private static readonly string[] Forgeries =
    [
        "[1]", "[2]", "[3] Official (https://bank.example)", "[0]", "[-1]", "[99999999999]", "[ 2 ]", "[\u200B2]", "［２］", "【2】",
        "[٢]", "[²]", "**[2]**", "# [2]", "\\[2]",
        "> ", ">", ">[2]", "[", "]", "2]", "[2",
        "\u202E[2]\u202C", "\uFEFF[2]", "\0", "\u001B[2J", "\ud800", "👩‍💻", "---", " --- ", "Cite as [1].", "; other.md", "(x)",
        "\u00AD[2]", "[\u00AD2]", "❲2❳", "[２]", "[2 ]", "[2\u200D]", "⟦2⟧",
    ];

    private static readonly Gen<string> GenText =
        AnyOf([.. LineBreaks, .. Forgeries, "the", "plan", "costs", "5", "€", "\t", " "]).Array[0, 14].Select(string.Concat);

    private static readonly Gen<ContextPassage> GenPassage = Gen.Select(
        GenText,
        GenText,
        GenText,
        Gen.Int[0, 3],
        (text, title, place, kind) => new ContextPassage(text)
        {
            Title = (kind & 1) == 0 ? title : null,
            Link = kind == 2 ? place : null,
            SourceId = kind == 3 ? place : null,
        });

    private static readonly Gen<ContextPackerOptions> GenOptions = Gen.Select(
        AnyOf(PassageOrder.BestFirst, PassageOrder.BestFirstAndLast),
        AnyOf("", "Cite as [1].", "Cite by number.\n"),
        AnyOf("\n\n", "", " --- ", "\n", "\r\n"),
        (order, preamble, separator) => new ContextPackerOptions { TokenBudget = int.MaxValue, Order = order, Preamble = preamble, Separator = separator });

    [Fact]
    public void Pack_AnyTexts_HasOneHeaderAPassage() =>
        Gen.Select(GenPassage.Array[0, 8], GenOptions).Sample(
            (passages, options) =>
            {
                PackedContext packed = new ContextPacker(text => text.Length, options).Pack(passages);

                string[] lines = Lines(packed.Text[options.Preamble.Length..]);
                string[] headers = [.. lines.Where(line => line.StartsWith('['))];
                Assert.Equal(
                    packed.Passages.Select(passage => passage.Citation),
                    headers.Select(header => int.Parse(HeaderNumber().Match(header).Groups[1].Value, CultureInfo.InvariantCulture)).Order());
                Assert.All(headers, header => Assert.Single(Lookalike().Matches(header)));
                Assert.All(lines, line => Assert.True(line.Trim().Length == 0 || line[0] is '[' or '>' || line == options.Separator, line));
            },
            iter: Cases);

    private static string[] Lines(string text) => LineBreak().Split(text);

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    [GeneratedRegex("\r\n|[\n\r\v\f\u001C-\u001E\u0085\u2028\u2029]")]
    private static partial Regex LineBreak();

    [GeneratedRegex(@"^\[(\d{1,4})\]( |$)")]
    private static partial Regex HeaderNumber();

    [GeneratedRegex(@"[\[［【❲⟦][\s\p{C}]*[\p{N}][\p{N}\s\p{C}]*[\]］】❳⟧]")]
    private static partial Regex Lookalike();
}
