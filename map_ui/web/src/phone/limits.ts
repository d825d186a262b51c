/** EX-1 in the hand of the inspector, as the server will judge again: twin of grids/inspections/letting_limits.py. */

export interface Limits {
  people_per_room_max: number;
  area_per_person_min_m2: number;
  kin_exempts_count: boolean;
  partition_allowed: boolean;
  bed_letting_allowed: boolean;
  living_purposes: string[];
  legal_basis: string;
}
export interface RoomSeen {
  area_m2: number;
  people: number;
  purpose: string;
  kin: boolean;
  partitioned: boolean;
  let_by_bed: boolean;
}

export function flagsOf(limits: Limits, room: RoomSeen): string[] {
  const living = limits.living_purposes.includes(room.purpose);
  const spared = room.kin && limits.kin_exempts_count;
  const raised: Record<string, boolean> = {
    over_2_per_room: living && room.people > limits.people_per_room_max && !spared,
    under_5m2: living && room.people > 0 && room.area_m2 < limits.area_per_person_min_m2 * room.people,
    non_residential_space: room.people > 0 && !living,
    partitioned: room.partitioned && !limits.partition_allowed,
    let_by_bed: room.let_by_bed && !limits.bed_letting_allowed,
  };
  return Object.keys(raised).filter((flag) => raised[flag]);
}
