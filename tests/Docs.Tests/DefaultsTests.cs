using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Reranking;

namespace Docs.Tests;

/// <summary>A table of options has the defaults of the code. A comment before it names the class: &lt;!-- options: HttpScorerOptions --&gt;.</summary>
public sealed partial class DefaultsTests
{
    private static readonly Type[] OptionsTypes =
    [
        .. new[]
            {
                typeof(Reranker), typeof(RerankedSearchOptions), typeof(RerankedFunction), typeof(RerankedSearchTool<>), typeof(RerankedContextProvider<>),
                typeof(KernelMemorySearchOptions), typeof(RerankingServerOptions), typeof(RerankingEvaluationOptions), typeof(Reranking.Http.HttpScorerOptions),
                typeof(Reranking.Onnx.OnnxScorerOptions), typeof(Reranking.Onnx.EarlyExit.EarlyExitBuilderOptions),
            }
            .SelectMany(static type => type.Assembly.GetExportedTypes())
            .Where(static type => type.Name.Split('`')[0].EndsWith("Options", StringComparison.Ordinal)),
    ];

    public static TheoryData<string> Pages => [.. Repository.Manual.Where(static page => Tables(page).Any())];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Tables_OfDefaults_AreThoseOfTheCode(string page)
    {
        List<string> wrong = [];
        foreach ((string? comment, IReadOnlyList<IReadOnlyList<string>> rows, int line) in Tables(page))
        {
            Match named = OptionsPattern().Match(comment ?? "");
            if (!named.Success)
            {
                wrong.Add($"{page}:{line}: a table of defaults without a comment <!-- options: CLASS --> before it");
                continue;
            }

            Type found = OptionsTypes.Single(type => type.Name.Split('`')[0] == named.Groups["type"].Value);
            Type type = found.IsGenericTypeDefinition ? found.MakeGenericType(typeof(string)) : found;
            object options = Activator.CreateInstance(type)!;
            bool isPartial = named.Groups["partial"].Success;
            PropertyInfo[] properties = [.. type.GetProperties().Where(static property => property.SetMethod is { IsPublic: true })];
            HashSet<string> shown = [];
            foreach (IReadOnlyList<string> row in rows.Skip(1))
            {
                foreach (string key in CodePattern().Matches(row[0]).Select(static match => match.Groups[1].Value))
                {
                    shown.Add(key);
                    if (properties.SingleOrDefault(property => property.Name == key) is not { } property)
                    {
                        wrong.AddRange(isPartial ? [] : [$"{page}:{line}: {type.Name} has no {key}"]);
                    }
                    else if (!IsShownAs(property.GetValue(options), row[1]))
                    {
                        wrong.Add($"{page}:{line}: the default of {key} is {property.GetValue(options) ?? "null"}, not {row[1]}");
                    }
                }
            }

            wrong.AddRange(
                properties.Where(property => !isPartial && !shown.Contains(property.Name)).Select(property => $"{page}:{line}: no {property.Name}"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IEnumerable<(string? Comment, IReadOnlyList<IReadOnlyList<string>> Rows, int Line)> Tables(string page) =>
        new MarkdownPage(page).Tables().Where(static table => table.Rows[0] is [_, "default", ..]);

    private static bool IsShownAs(object? value, string cell)
    {
        string text = cell.Replace("`", "", StringComparison.Ordinal);
        return value switch
        {
            null => text.StartsWith("none", StringComparison.Ordinal),
            bool flag => text == (flag ? "true" : "false"),
            Uri address => text == address.OriginalString,
            string { Length: 0 } => text == "empty",
            string words => words.StartsWith(text, StringComparison.Ordinal) || text.StartsWith("text", StringComparison.Ordinal),
            TimeSpan time => text == Shown(time),
            int or long when text.EndsWith(" MiB", StringComparison.Ordinal) =>
                Convert.ToInt64(value, CultureInfo.InvariantCulture) == long.Parse(text[..^4], CultureInfo.InvariantCulture) << 20,
            IFormattable number and (int or long or double or decimal) =>
                text.Replace(",", "", StringComparison.Ordinal) == number.ToString(null, CultureInfo.InvariantCulture)
                    || text == "twice the number of processors",
            System.Collections.IEnumerable list when text.Contains(',', StringComparison.Ordinal) =>
                text == string.Join(", ", list.Cast<object>().Select(static item => Convert.ToString(item, CultureInfo.InvariantCulture))),
            System.Collections.IEnumerable list => text == "none" && !list.Cast<object>().Any(),
            _ => text == Convert.ToString(value, CultureInfo.InvariantCulture),
        };
    }

    private static string Shown(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => $"{time.TotalMilliseconds} ms",
        { TotalMinutes: < 1 } => $"{time.TotalSeconds} s",
        { TotalMinutes: 1 } => "1 minute",
        { TotalHours: < 1 } => $"{time.TotalMinutes} minutes",
        { TotalHours: 1 } => "1 hour",
        _ => time.ToString("c", CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"<!-- options: (?<type>\w+)(?<partial>, partial)? -->")]
    private static partial Regex OptionsPattern();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex CodePattern();
}
