using System.Runtime.CompilerServices;

namespace Reranking;

/// <summary>Where a result of a reranked search comes from: its position and score in the first stage, and its relevance score.</summary>
/// <param name="FirstStageIndex">The position of the record in the first stage, from 0 for its best.</param>
/// <param name="FirstStageScore">The score of the first stage, in its own unit and direction, or <see langword="null"/> if it has none.</param>
/// <param name="Relevance">How relevant the record is to the query, or <see langword="null"/> if it was not scored.</param>
/// <remarks>It belongs to the result object of the search: a copy of the result has none.</remarks>
public sealed record SearchProvenance(int FirstStageIndex, double? FirstStageScore, RelevanceScore? Relevance)
{
    // The result type of the abstractions is sealed and has room for one score only. The table keeps no result alive.
    private static readonly ConditionalWeakTable<object, SearchProvenance> Table = [];

    internal static void Attach(object result, SearchProvenance provenance) => Table.Add(result, provenance);

    internal static SearchProvenance? Find(object result) => Table.TryGetValue(result, out SearchProvenance? provenance) ? provenance : null;
}
