using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Reranking.Tool.Scoring;

namespace Reranking.Tool.Commands;

/// <summary>The options that commands share.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string?> _config = new("--config", "-c")
    {
        Description = "The settings of an application, such as appsettings.json; its section Reranking says which scorers there are.",
    };

    private readonly Option<string[]> _model = new("--model", "-m")
    {
        Description = "A model: a folder, an .onnx file, or a name such as BAAI/bge-reranker-v2-m3. Without it and --config, the model inside.",
    };

    private readonly Option<string[]> _scorer = new("--scorer", "-s") { Description = "The name of a scorer of --config." };

    private readonly Option<string[]> _price = new("--price")
    {
        Description = "What a hosted scorer costs: NAME=2.00/search for 1,000 search units, or NAME=0.05/tokens for a million tokens.",
    };

    /// <summary>Gets <c>--json</c>.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Write JSON to standard output; names of properties are stable." };

    public void AddTo(Command command, bool withPrices = false)
    {
        command.Options.Add(_config);
        command.Options.Add(_model);
        command.Options.Add(_scorer);
        command.Options.Add(Json);
        if (withPrices)
        {
            command.Options.Add(_price);
        }
    }

    public ScorerOptions Scorers(ParseResult parsed) => new()
    {
        Config = parsed.GetValue(_config),
        Models = parsed.GetValue(_model) ?? [],
        Names = parsed.GetValue(_scorer) ?? [],
        Prices = Prices(parsed.GetResult(_price) is null ? [] : parsed.GetValue(_price) ?? []),
    };

    /// <summary>Has the command line refuse a number below 1, and what is none.</summary>
    /// <returns>The option.</returns>
    public static Option<T> FromOne<T>(Option<T> option)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1))
            {
                result.AddError($"{option.Name} is '{text}'; expected a number from 1.");
            }
        });
        return option;
    }

    /// <summary>Has the command line refuse what is not a metric.</summary>
    /// <returns>The option.</returns>
    public static Option<T> OfMetrics<T>(Option<T> option)
    {
        option.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
            {
                try
                {
                    RankingMetric.Parse(token.Value);
                }
                catch (FormatException exception)
                {
                    result.AddError($"{option.Name}: {exception.Message}");
                }
            }
        });
        return option;
    }

    /// <summary>Refuses a file that could not be written in the end, before anything is computed for it.</summary>
    /// <exception cref="ToolException">Its folder does not exist.</exception>
    public static void RequireFolder(string? path, string option)
    {
        if (path is not null && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            throw new ToolException($"{option} is '{path}', whose folder does not exist; expected a file in one that does.");
        }
    }

    /// <summary>Returns the address of an HTTP server, or <see langword="null"/> if the text is none.</summary>
    public static Uri? AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" ? address : null;

    private static Dictionary<string, ScorerPrice> Prices(string[] values)
    {
        Dictionary<string, ScorerPrice> prices = new(StringComparer.OrdinalIgnoreCase);
        foreach (string value in values)
        {
            int equals = value.LastIndexOf('=');
            int slash = value.LastIndexOf('/');
            string unit = slash < 0 ? "" : value[(slash + 1)..];
            if (equals < 1 || slash < equals || unit is not ("search" or "tokens")
                || !decimal.TryParse(value[(equals + 1)..slash], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount))
            {
                throw new ToolException($"--price is '{value}'; expected NAME=2.00/search or NAME=0.05/tokens.", ExitCode.Usage);
            }

            prices[value[..equals]] = unit == "search" ? new ScorerPrice(amount, null) : new ScorerPrice(null, amount);
        }

        return prices;
    }
}
