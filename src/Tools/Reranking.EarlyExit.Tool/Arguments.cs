using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Reranking.Onnx.EarlyExit;

namespace Reranking.EarlyExit.Tool;

/// <summary>The command line.</summary>
internal sealed record Arguments(EarlyExitBuilderOptions Options, string? Texts, string? Queries, string? Probes, string Plan)
{
    public const string Usage = """
        Makes early-exit.json for a local cross-encoder.

          --model FOLDER        the model: a folder with model.onnx, tokenizer.json and config.json
          --texts PATH          passages: a folder of .md and .txt files (paragraphs), or a file with a passage a line
          --queries FILE        queries, one a line; without, they are cut from the passages
          --layers 2,5          the layers after which documents may leave
          --max-loss 0.02       which share of the ten best documents may be lost
          --max-pairs 4000      how many pairs the probes are fitted to at most
          --probes FOLDER       writes given probes (probe{layer}.f32, probe_bias.json) instead of fitting; needs --layers and --plan
          --plan "2:60 5:25"    the plan of given probes

        Ctrl+C stops; the same command goes on from there.
        """;

    public static bool TryParse(string[] args, [NotNullWhen(true)] out Arguments? arguments, [NotNullWhen(false)] out string? problem)
    {
        (arguments, problem) = (null, null);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < args.Length; i += 2)
        {
            if (args[i] is not ("--model" or "--texts" or "--queries" or "--layers" or "--max-loss" or "--max-pairs" or "--probes" or "--plan"))
            {
                problem = $"{args[i]} is no option.";
                return false;
            }

            if (i + 1 == args.Length)
            {
                problem = $"{args[i]} has no value.";
                return false;
            }

            values[args[i]] = args[i + 1];
        }

        if (!values.TryGetValue("--model", out string? model) || values.ContainsKey("--texts") == values.ContainsKey("--probes"))
        {
            problem = "Expected --model, and --texts or --probes.";
            return false;
        }

        var options = new EarlyExitBuilderOptions
        {
            ModelPath = Path.GetFullPath(model),
            CheckpointFile = Path.Combine(Directory.Exists(model) ? model : Path.GetDirectoryName(Path.GetFullPath(model))!, "early-exit.checkpoint"),
        };
        if (values.TryGetValue("--layers", out string? layers))
        {
            string[] numbers = layers.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (!Array.TrueForAll(numbers, static number => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            {
                problem = $"--layers is {layers}; expected numbers, as 2,5.";
                return false;
            }

            options.ExitLayers = [.. numbers.Select(static number => int.Parse(number, CultureInfo.InvariantCulture))];
        }

        if (values.TryGetValue("--max-loss", out string? loss))
        {
            if (!double.TryParse(loss, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share))
            {
                problem = $"--max-loss is {loss}; expected a number, as 0.02.";
                return false;
            }

            options.MaxLoss = share;
        }

        if (values.TryGetValue("--max-pairs", out string? pairs))
        {
            if (!int.TryParse(pairs, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            {
                problem = $"--max-pairs is {pairs}; expected a whole number.";
                return false;
            }

            options.MaxPairs = count;
        }

        arguments = new Arguments(
            options,
            values.GetValueOrDefault("--texts"),
            values.GetValueOrDefault("--queries"),
            values.GetValueOrDefault("--probes"),
            values.GetValueOrDefault("--plan") ?? "2:60 5:25");
        return true;
    }
}
