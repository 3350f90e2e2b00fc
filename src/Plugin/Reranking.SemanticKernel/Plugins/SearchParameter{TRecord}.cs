using System.Linq.Expressions;

namespace Reranking;

/// <summary>A parameter of the functions of <see cref="RerankedSearchPlugin"/> that filters the records.</summary>
/// <typeparam name="TRecord">The type of the records.</typeparam>
/// <param name="name">The name of the parameter.</param>
/// <param name="filter">
/// Creates the filter for a value, as in <c>value => record => record.Product == value</c>. The search must be able to translate it.
/// </param>
/// <remarks>
/// Immutable. When a model calls the function, it chooses the value: for what a caller must not see, such as the records of another tenant, set the argument in
/// code or make a plugin for each.
/// </remarks>
public sealed class SearchParameter<TRecord>(string name, Func<string, Expression<Func<TRecord, bool>>> filter)
{
    /// <summary>Gets the name of the parameter.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Gets the function that creates the filter for a value.</summary>
    public Func<string, Expression<Func<TRecord, bool>>> Filter { get; } = filter ?? throw new ArgumentNullException(nameof(filter));

    /// <summary>Gets the description of the parameter for models.</summary>
    /// <value>The default is <see langword="null"/>: only its name.</value>
    public string? Description { get; init; }

    /// <summary>Gets a value indicating whether a call without the argument is refused.</summary>
    /// <value>The default is <see langword="true"/>. With <see langword="false"/>, such a call searches all records.</value>
    public bool IsRequired { get; init; } = true;
}
