using System.Globalization;
using Reranking.Tool.Output;
using Spectre.Console;

namespace Reranking.Tool.Labeling;

/// <summary>What a person sees while labeling. Which system a passage comes from is not shown.</summary>
/// <param name="console">The terminal.</param>
/// <param name="names">The names of the two systems.</param>
internal sealed class LabelingView(IAnsiConsole console, (string First, string Second) names)
{
    private const int LeastWidthForTwo = 70;
    private const int MaxLength = 1_500;

    public void Write(string line) => console.Write(new Text(Terminal.Printable(line) + "\n"));

    public void Ask(int number, int openQueries, string query, string? left, string? right)
    {
        string title = Invariant($"question {number}, {openQueries} {(openQueries == 1 ? "query" : "queries")} open");
        console.Write(new Rule(Markup.Escape(title)) { Justification = Justify.Left });
        console.Write(new Text(Terminal.Printable(query) + "\n", new Style(decoration: Decoration.Bold)));
        Table table = new Table().Border(TableBorder.Rounded).Expand();
        List<(string Name, string Text)> passages = [];
        if (left is not null)
        {
            passages.Add(("1", left));
        }

        if (right is not null)
        {
            passages.Add(("2", right));
        }

        if (passages.Count == 2 && console.Profile.Width >= LeastWidthForTwo)
        {
            table.AddColumns([.. passages.Select(static passage => new TableColumn(new Text(passage.Name)))]);
            table.AddRow([.. passages.Select(static passage => Passage(passage.Text))]);
        }
        else
        {
            table.AddColumn(new TableColumn(new Text(string.Join(" above ", passages.Select(static passage => passage.Name)))));
            table.ShowRowSeparators();
            foreach ((_, string text) in passages)
            {
                table.AddRow(Passage(text));
            }
        }

        console.Write(table);
        string answers = (left, right) switch
        {
            (not null, not null) => "1 or 2 the passage that answers better, b both, 0 neither",
            (not null, null) => "1 it answers, 0 it does not",
            _ => "2 it answers, 0 it does not",
        };
        Write($"{answers}, s skip, q save and quit");
    }

    /// <summary>Writes how far the comparison is.</summary>
    public void Progress(LabelingProgress progress) => Write(Describe(progress, names));

    internal static string Describe(LabelingProgress progress, (string First, string Second) names)
    {
        string queries = Invariant($"{progress.LabeledQueries} of {progress.QueryCount} queries labeled, {progress.JudgedDocuments} passages judged.");
        if (progress.Comparison is not { Interval: { } interval } comparison)
        {
            return $"{queries} An interval needs two labeled queries.";
        }

        string shrunk = progress.FirstHalfWidth is { } first && first > 0 && progress.FirstQueryCount < progress.LabeledQueries
            ? Invariant($" (was {first:0.000} after {progress.FirstQueryCount} queries, {1 - (interval.HalfWidth / first):P0} narrower)")
            : "";
        string expected = progress.ExpectedHalfWidth is { } all && progress.LabeledQueries < progress.QueryCount
            ? Invariant($"; about {all:0.000} when all are labeled")
            : "";
        return Invariant($"{queries} {progress.Metric} of {names.Second} less {names.First}: {Signed(comparison.Difference)}, ")
            + Invariant($"95 % interval {Signed(interval.Low)} to {Signed(interval.High)}, half-width {interval.HalfWidth:0.000}{shrunk}{expected}.");
    }

    // Lines stay lines; what else controls a terminal is made visible.
    private static Text Passage(string text)
    {
        string cut = Terminal.Beginning(text, MaxLength);
        string more = cut.Length == text.Length ? "" : Invariant($"… ({text.Length - cut.Length:N0} more characters)");
        return new Text(string.Join('\n', cut.ReplaceLineEndings("\n").Split('\n').Select(Terminal.Printable)).Trim() + more);
    }

    private static string Signed(double value) => value.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
