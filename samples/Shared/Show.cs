namespace Samples;

/// <summary>Prints what a sample did.</summary>
internal static class Show
{
    /// <summary>Prints a heading and numbered lines below.</summary>
    public static void Ranking(string heading, IEnumerable<string> lines)
    {
        Console.WriteLine($"{heading}:");
        foreach ((int index, string line) in lines.Index())
        {
            Console.WriteLine($"{index + 1}. {line}");
        }

        Console.WriteLine();
    }

    /// <summary>Prints a heading and the text below.</summary>
    public static void Text(string heading, string text) => Console.WriteLine($"{heading}:\n{text}\n");
}
