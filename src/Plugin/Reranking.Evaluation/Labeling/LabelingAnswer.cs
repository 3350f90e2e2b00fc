namespace Reranking;

/// <summary>What a person says about the two documents of a <see cref="LabelingQuestion"/>.</summary>
public enum LabelingAnswer
{
    /// <summary>Neither document answers the query.</summary>
    Neither,

    /// <summary>The document of the first system answers the query, the other one does not, or less so.</summary>
    First,

    /// <summary>The document of the second system answers the query, the other one does not, or less so.</summary>
    Second,

    /// <summary>Both documents answer the query.</summary>
    Both,
}
