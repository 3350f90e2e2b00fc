using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Data;

namespace Reranking.SemanticKernel.Plugins;

/// <summary>Describes the parameters of a search function and reads their arguments.</summary>
[Experimental("SKEXP0001")]
internal sealed class SearchParameters<TRecord>
{
    private const string Query = "query";
    private const string Count = "count";
    private const string Skip = "skip";

    // Models page on without an end, and each page fetches all before it.
    private const int LargestSkip = 1_000;

    private readonly int _defaultCount;
    private readonly int _maxCount;
    private readonly string? _description;
    private readonly SearchParameter<TRecord>[] _filters;

    public SearchParameters(int defaultCount, RerankedSearchPluginOptions<TRecord>? options)
    {
        _maxCount = options is null ? new RerankedSearchPluginOptions<TRecord>().MaxCount : options.MaxCount;
        if (_maxCount < 1)
        {
            throw new ArgumentException($"{nameof(options.MaxCount)} is {_maxCount}; expected 1 or more.", nameof(options));
        }

        _defaultCount = Math.Min(defaultCount, _maxCount);
        _description = options?.Description;
        _filters = [.. options?.Parameters ?? []];
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase) { Query, Count, Skip };
        if (_filters.FirstOrDefault(filter => !names.Add(filter.Name)) is { } twin)
        {
            throw new ArgumentException(
                $"A search function has two parameters with the name '{twin.Name}'; expected names that differ, also from {Query}, {Count} and {Skip}.",
                nameof(options));
        }
    }

    public KernelFunctionFromMethodOptions Describe(string functionName, string defaultDescription)
    {
        JsonSerializerOptions json = SearchPluginJson.Default.Options;
        return new()
        {
            FunctionName = functionName,
            Description = _description ?? defaultDescription,
            Parameters =
            [
                new(Query, json) { ParameterType = typeof(string), Description = "What to search for, as a question or a phrase.", IsRequired = true },
                new(Count, json) { ParameterType = typeof(int), Description = "How many results to give at most.", DefaultValue = _defaultCount },
                new(Skip, json) { ParameterType = typeof(int), Description = "How many of the best results to leave out.", DefaultValue = 0 },
                .. _filters.Select(filter => new KernelParameterMetadata(filter.Name, json)
                {
                    ParameterType = typeof(string),
                    Description = filter.Description ?? "",
                    IsRequired = filter.IsRequired,
                }),
            ],
        };
    }

    /// <summary>Reads a call; the options are null if it skips more than there can be.</summary>
    public (string Query, TextSearchOptions<TRecord>? Options) Read(KernelArguments arguments)
    {
        string query = ArgumentReader.GetText(arguments, Query) ?? throw Missing(Query);
        int skip = ReadNumber(arguments, Skip, least: 0) ?? 0;
        var options = new TextSearchOptions<TRecord>
        {
            Top = Math.Min(ReadNumber(arguments, Count, least: 1) ?? _defaultCount, _maxCount),
            Skip = skip,
            Filter = ReadFilter(arguments),
        };
        return (query, skip <= LargestSkip ? options : null);
    }

    private static int? ReadNumber(KernelArguments arguments, string name, int least)
    {
        // Empty means none: a template with an unset variable passes that.
        string? text = ArgumentReader.GetText(arguments, name);
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return decimal.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out decimal number) && number >= least
            ? (int)Math.Min(number, int.MaxValue)
            : throw new ArgumentException($"The argument '{name}' of a search function is not a whole number of {least} or more.");
    }

    private static ArgumentException Missing(string name) =>
        new($"A search function was called without the argument '{name}'; expected a value.");

    private Expression<Func<TRecord, bool>>? ReadFilter(KernelArguments arguments)
    {
        Expression<Func<TRecord, bool>>? all = null;
        foreach (SearchParameter<TRecord> filter in _filters)
        {
            string? value = ArgumentReader.GetText(arguments, filter.Name);
            if (!string.IsNullOrWhiteSpace(value))
            {
                Expression<Func<TRecord, bool>> one = filter.Filter(value);
                all = all is null ? one : And(all, one);
            }
            else if (filter.IsRequired)
            {
                throw Missing(filter.Name);
            }
        }

        return all;
    }

    // Stores translate expressions and don't know invocations, so both bodies get the same parameter.
    private static Expression<Func<TRecord, bool>> And(Expression<Func<TRecord, bool>> left, Expression<Func<TRecord, bool>> right) =>
        Expression.Lambda<Func<TRecord, bool>>(
            Expression.AndAlso(left.Body, new ParameterReplacement(right.Parameters[0], left.Parameters[0]).Visit(right.Body)), left.Parameters);

    private sealed class ParameterReplacement(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : base.VisitParameter(node);
    }
}
