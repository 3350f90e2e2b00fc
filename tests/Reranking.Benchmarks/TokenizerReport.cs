using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Benchmarks;

/// <summary>
/// What a huge text without white space costs each family of tokenizers beside a hundredth of it, where 512 tokens are wanted; and what a passage costs.
/// </summary>
internal static class TokenizerReport
{
    private const int Rounds = 21;
    private const int Short = 800;
    private const int Long = 100 * Short;
    private const int Limit = 512;

    // A short text is encoded so often in a round that its time is above what a clock can tell.
    private const int Repeats = 20;

    // Until the code is optimized, which is decided by a clock.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.7);

    private static readonly string[] Families = ["bert", "roberta", "modernbert", "qwen3", "deberta-v3", "xlm-roberta"];

    private static readonly (string Name, Func<Random, string> Next)[] Kinds =
    [
        ("letters a–z", random => Letter(random, 'a', 'z')),
        ("letters A–Z, a–z", random => Letter(random, random.Next(2) == 0 ? 'A' : 'a', span: 26)),
        ("small letters of eight scripts", NextOfScripts),
        ("emoji joined by ZWJ", random => char.ConvertFromUtf32(0x1F600 + random.Next(80)) + "\u200D"),
    ];

    // Latin with marks, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic, Devanagari.
    private static readonly (char First, char Last)[] Scripts =
        [
            ('\u00E0', '\u00F6'), ('\u03B1', '\u03C9'), ('\u0430', '\u044F'), ('\u0561', '\u0586'), ('\u10D0', '\u10F0'), ('\u05D0', '\u05EA'),
            ('\u0628', '\u063A'), ('\u0915', '\u0939'),
        ];

    public static async Task WriteAsync(TextWriter output)
    {
        (_, string[] passages, string source) = BenchmarkData.Passages(100);
        await output.WriteLineAsync(Invariant(
            $"Time to encode {Long:N0} UTF-16 code units without white space beside that of {Short}, {Limit} tokens wanted; ")
            + Invariant($"least of {Rounds} rounds in turns; and of {passages.Length} {source}; {Machine.Describe()}; commit {await Machine.CommitAsync()}"));
        await output.WriteLineAsync();
        await output.WriteLineAsync(Invariant($"| family | text | µs, {Short} | µs, {Long:N0} | times |"));
        await output.WriteLineAsync("|---|---|---|---|---|");
        foreach (string family in Families)
        {
            Tokenizer tokenizer = Load(family);
            foreach ((string kind, Func<Random, string> next) in Kinds)
            {
                string text = MakeText(next);
                (double small, double huge) = Measure(tokenizer, text[..Short], text);
                await output.WriteLineAsync(Invariant($"| {family} | {kind} | {small:0.0} | {huge:0.0} | {huge / small:0.0} |"));
            }

            (double passage, _) = Measure(tokenizer, "", "", passages);
            await output.WriteLineAsync(Invariant($"| {family} | a passage | {passage:0.0} | | |"));
        }
    }

    private static (double Short, double Long) Measure(Tokenizer tokenizer, string small, string huge, string[]? texts = null)
    {
        texts ??= [.. Enumerable.Repeat(small, Repeats)];
        var buffer = new TokenBuffer(capacity: 16_384);
        TimeSpan least = TimeSpan.MaxValue;
        TimeSpan leastOfHuge = TimeSpan.MaxValue;
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < Rounds;)
        {
            TimeSpan time = Time(() => EncodeAll(tokenizer, texts, buffer));
            TimeSpan timeOfHuge = Time(() => EncodeAll(tokenizer, [huge], buffer));
            if (Stopwatch.GetElapsedTime(start) > WarmUp)
            {
                least = time < least ? time : least;
                leastOfHuge = timeOfHuge < leastOfHuge ? timeOfHuge : leastOfHuge;
                round++;
            }
        }

        return (least.TotalMicroseconds / texts.Length, leastOfHuge.TotalMicroseconds);
    }

    private static void EncodeAll(Tokenizer tokenizer, string[] texts, TokenBuffer buffer)
    {
        foreach (string text in texts)
        {
            buffer.Clear();
            tokenizer.Encode(text, Limit, buffer);
        }
    }

    private static Tokenizer Load(string family)
    {
        if (family == "bert")
        {
            return TokenizerFile.Load(Path.Combine(BenchmarkData.ModelFolder, "tokenizer.json"));
        }

        string path = Path.Combine(AppContext.BaseDirectory, "tokenizers", family, "tokenizer.json.gz");
        using var file = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        return TokenizerFile.Read(file, path);
    }

    private static string MakeText(Func<Random, string> next)
    {
        var random = new Random(1);   // the same text for each family and each run
        var text = new System.Text.StringBuilder(Long + 4);
        while (text.Length < Long)
        {
            text.Append(next(random));
        }

        return text.ToString(0, Long);
    }

    private static string NextOfScripts(Random random)
    {
        (char first, char last) = Scripts[random.Next(Scripts.Length)];
        return Letter(random, first, last);
    }

    private static string Letter(Random random, char first, char last) => ((char)random.Next(first, last + 1)).ToString();

    private static string Letter(Random random, char first, int span) => Letter(random, first, (char)(first + span - 1));

    private static TimeSpan Time(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
