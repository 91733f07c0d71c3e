//! How a Rust row becomes Arrow columns and back: the [`Column`] trait, and the `table!` and `text_enum!` macros.

use crate::error::{Error, Result};
use crate::id::Id;
use arrow::array::{
    Array, ArrayRef, BooleanArray, BooleanBuilder, Float64Array, Float64Builder, Int64Array, Int64Builder, ListArray, ListBuilder, RecordBatch, StringArray,
    StringBuilder, TimestampMicrosecondArray, TimestampMicrosecondBuilder, UInt64Array, UInt64Builder,
};
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use jiff::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;

/// A field type that can be a column.
pub trait Column: Sized {
    /// Collects values into an array.
    type Builder: Default;
    /// The Arrow array it is read from.
    type Array: 'static;
    /// Whether nulls occur.
    const NULLABLE: bool = false;
    /// The Arrow type.
    fn data_type() -> DataType;
    /// Adds one value.
    fn append(&self, builder: &mut Self::Builder);
    /// Ends the column.
    fn finish(builder: Self::Builder) -> ArrayRef;
    /// As JSON: ids as hexadecimal text, times in ISO 8601.
    fn to_json(&self) -> serde_json::Value;
    /// Value in a row. `None` when the array holds a value this type does not know.
    fn get(array: &Self::Array, row: usize) -> Option<Self>;
}

/// One table's row: the schema and the conversions that `table!` writes.
pub trait Row: Sized + Send + Sync + 'static {
    /// Table name, as in SQL.
    const TABLE: &'static str;
    /// What one row is.
    const DOC: &'static str;
    /// Column names and what they hold.
    const COLUMNS: &'static [(&'static str, &'static str)];
    /// Arrow schema.
    fn schema() -> Arc<Schema>;
    /// Rows to columns.
    fn to_batch(rows: &[Self]) -> Result<RecordBatch>;
    /// The row as a JSON object. It holds patient data: for output that the user asked for only.
    fn to_json(&self) -> serde_json::Value;
    /// Columns to rows. Fails when a column is missing or of another type: the table was written by another version.
    fn from_batch(batch: &RecordBatch) -> Result<Vec<Self>>;
}

macro_rules! primitive {
    ($type:ty, $builder:ty, $array:ty, $data_type:expr, |$v:ident| $to:expr, |$r:ident| $from:expr, |$j:ident| $json:expr) => {
        impl $crate::column::Column for $type {
            type Builder = $builder;
            type Array = $array;
            fn data_type() -> arrow::datatypes::DataType {
                $data_type
            }
            fn append(&self, builder: &mut $builder) {
                let $v = self;
                builder.append_value($to);
            }
            fn finish(mut builder: $builder) -> arrow::array::ArrayRef {
                std::sync::Arc::new(builder.finish())
            }
            fn get(array: &$array, row: usize) -> Option<Self> {
                let $r = array.value(row);
                $from
            }
            fn to_json(&self) -> serde_json::Value {
                let $j = self;
                $json.into()
            }
        }
        impl $crate::column::Column for Option<$type> {
            type Builder = $builder;
            type Array = $array;
            const NULLABLE: bool = true;
            fn data_type() -> arrow::datatypes::DataType {
                $data_type
            }
            fn append(&self, builder: &mut $builder) {
                builder.append_option(self.as_ref().map(|$v| $to));
            }
            fn finish(mut builder: $builder) -> arrow::array::ArrayRef {
                std::sync::Arc::new(builder.finish())
            }
            fn get(array: &$array, row: usize) -> Option<Self> {
                if arrow::array::Array::is_null(array, row) {
                    return Some(None);
                }
                let $r = array.value(row);
                $from.map(Some)
            }
            fn to_json(&self) -> serde_json::Value {
                self.as_ref().map_or(serde_json::Value::Null, |$j| $json.into())
            }
        }
    };
}
pub(crate) use primitive;

primitive!(String, StringBuilder, StringArray, DataType::Utf8, |v| v.as_str(), |r| Some(r.to_string()), |v| v.as_str());
primitive!(Cow<'static, str>, StringBuilder, StringArray, DataType::Utf8, |v| v.as_ref(), |r| Some(Cow::Owned(r.to_string())), |v| v.as_ref());
primitive!(i64, Int64Builder, Int64Array, DataType::Int64, |v| *v, |r| Some(r), |v| *v);
primitive!(f64, Float64Builder, Float64Array, DataType::Float64, |v| *v, |r| Some(r), |v| *v);
primitive!(bool, BooleanBuilder, BooleanArray, DataType::Boolean, |v| *v, |r| Some(r), |v| *v);
primitive!(Id, UInt64Builder, UInt64Array, DataType::UInt64, |v| v.0, |r| Some(Id(r)), |v| v.to_string());
primitive!(
    Timestamp,
    UtcBuilder,
    TimestampMicrosecondArray,
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
    |v| v.as_microsecond(),
    |r| Timestamp::from_microsecond(r).ok(),
    |v| v.to_string()
);

/// A timestamp builder whose arrays carry the zone `UTC`.
pub struct UtcBuilder(TimestampMicrosecondBuilder);

impl Default for UtcBuilder {
    fn default() -> Self {
        UtcBuilder(TimestampMicrosecondBuilder::new().with_timezone("UTC"))
    }
}
impl UtcBuilder {
    fn append_value(&mut self, v: i64) {
        self.0.append_value(v);
    }
    fn append_option(&mut self, v: Option<i64>) {
        self.0.append_option(v);
    }
    fn finish(&mut self) -> TimestampMicrosecondArray {
        self.0.finish()
    }
}

/// A type that a list column may hold.
pub trait Item: Column {
    /// Adds one item to the open list.
    fn push(&self, builder: &mut Self::Builder) {
        self.append(builder);
    }
}
impl Item for String {}
impl Item for Id {}

impl<T: Item> Column for Vec<T>
where
    T::Builder: arrow::array::ArrayBuilder,
    T::Array: Array,
{
    type Builder = ListColumn<T>;
    type Array = ListArray;
    fn data_type() -> DataType {
        DataType::List(Arc::new(Field::new("item", T::data_type(), false)))
    }
    fn append(&self, builder: &mut ListColumn<T>) {
        for item in self {
            item.push(builder.0.values());
        }
        builder.0.append(true);
    }
    fn finish(mut builder: ListColumn<T>) -> ArrayRef {
        Arc::new(builder.0.finish())
    }
    fn get(array: &ListArray, row: usize) -> Option<Self> {
        let values = array.value(row);
        let values = values.as_any().downcast_ref::<T::Array>()?;
        (0..values.len()).map(|i| T::get(values, i)).collect()
    }
    fn to_json(&self) -> serde_json::Value {
        self.iter().map(Column::to_json).collect()
    }
}

/// A list builder whose items are not null.
pub struct ListColumn<T: Item>(ListBuilder<T::Builder>)
where
    T::Builder: arrow::array::ArrayBuilder;

impl<T: Item> Default for ListColumn<T>
where
    T::Builder: arrow::array::ArrayBuilder,
{
    fn default() -> Self {
        ListColumn(ListBuilder::new(T::Builder::default()).with_field(Field::new("item", T::data_type(), false)))
    }
}

/// Column `name` of a batch as the array that `T` is read from.
pub fn array<'a, T: Column>(batch: &'a RecordBatch, table: &str, name: &str) -> Result<&'a T::Array> {
    let column = batch.column_by_name(name).ok_or_else(|| Error::table(table, format!("column {name} is missing")))?;
    column
        .as_any()
        .downcast_ref::<T::Array>()
        .ok_or_else(|| Error::table(table, format!("column {name} has type {}, expected {}", column.data_type(), T::data_type())))
}

/// Declares a row struct and its [`Row`] implementation; every column needs a doc comment.
macro_rules! table {
    (
        #[doc = $doc:literal] $(#[doc = $more:literal])*
        pub struct $name:ident in $table:literal {
            $( #[doc = $fdoc:literal] $(#[doc = $fmore:literal])* $field:ident : $type:ty, )*
        }
    ) => {
        #[doc = $doc] $(#[doc = $more])*
        #[derive(Clone, PartialEq)]
        pub struct $name { $( #[doc = $fdoc] $(#[doc = $fmore])* pub $field: $type, )* }

        /// Rows hold patient data: only the table's name is ever printed.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(concat!($table, " row")) }
        }
        impl $crate::column::Row for $name {
            const TABLE: &'static str = $table;
            const DOC: &'static str = concat!($doc $(, "\n", $more)*);
            const COLUMNS: &'static [(&'static str, &'static str)] = &[ $( (stringify!($field), concat!($fdoc $(, "\n", $fmore)*)) ),* ];
            fn schema() -> std::sync::Arc<arrow::datatypes::Schema> {
                use $crate::column::Column;
                std::sync::Arc::new(arrow::datatypes::Schema::new(vec![
                    $( arrow::datatypes::Field::new(stringify!($field), <$type>::data_type(), <$type>::NULLABLE) ),*
                ]))
            }
            fn to_batch(rows: &[Self]) -> $crate::error::Result<arrow::array::RecordBatch> {
                use $crate::column::Column;
                $( let mut $field = <$type as Column>::Builder::default(); )*
                for row in rows { $( row.$field.append(&mut $field); )* }
                let columns = vec![ $( <$type as Column>::finish($field) ),* ];
                arrow::array::RecordBatch::try_new(Self::schema(), columns).map_err(|e| $crate::error::Error::table($table, e))
            }
            fn to_json(&self) -> serde_json::Value {
                use $crate::column::Column;
                serde_json::Value::Object([ $( (stringify!($field).to_string(), self.$field.to_json()) ),* ].into_iter().collect())
            }
            fn from_batch(batch: &arrow::array::RecordBatch) -> $crate::error::Result<Vec<Self>> {
                use $crate::column::Column;
                $( let $field = $crate::column::array::<$type>(batch, $table, stringify!($field))?; )*
                (0..batch.num_rows())
                    .map(|row| Some(Self { $( $field: <$type as Column>::get($field, row)? ),* }))
                    .collect::<Option<Vec<_>>>()
                    .ok_or_else(|| $crate::error::Error::table($table, "a value that this version does not know"))
            }
        }
    };
}
pub(crate) use table;

/// Declares an enum that is a text column: variants, their words, and [`Column`].
macro_rules! text_enum {
    ( $(#[$meta:meta])* pub enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $word:literal ),* $(,)? } ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $( $(#[$vmeta])* #[doc = concat!("`", $word, "`.")] #[serde(rename = $word)] $variant ),* }
        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[ $( $name::$variant ),* ];
            /// The word used in tables, exports and on the command line.
            pub fn as_str(&self) -> &'static str { match self { $( $name::$variant => $word ),* } }
            /// The value of a word.
            pub fn parse(word: &str) -> Option<Self> { match word { $( $word => Some($name::$variant), )* _ => None } }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.as_str()) }
        }
        $crate::column::primitive!($name, arrow::array::StringBuilder, arrow::array::StringArray, arrow::datatypes::DataType::Utf8, |v| v.as_str(), |r| $name::parse(r), |v| v.as_str());
        impl $crate::column::Item for $name {}
    };
}
pub(crate) use text_enum;
