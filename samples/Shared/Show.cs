using Reranking;

namespace Samples;

/// <summary>Prints what a sample did.</summary>
internal static class Show
{
    /// <summary>Returns the heading of a ranking. If the scorer failed, the order is the old one, and whoever reads it has to know.</summary>
    public static string Outcome<T>(RerankingResult<T> result) =>
        result.Outcome == RerankingOutcome.FellBack ? $"NOT RERANKED ({result.Reason}), in first-stage order" : "Reranked";

    /// <summary>Prints a heading and numbered lines below.</summary>
    public static void Ranking(string heading, IEnumerable<string> lines)
    {
        Console.WriteLine($"{heading}:");
        foreach ((int index, string line) in lines.Index())
        {
            Console.WriteLine($"{index + 1}. {TerminalText.Show(line)}");
        }

        Console.WriteLine();
    }

    /// <summary>Prints a heading and the text below.</summary>
    public static void Text(string heading, string text) => Console.WriteLine($"{heading}:\n{TerminalText.Show(text)}\n");
}
